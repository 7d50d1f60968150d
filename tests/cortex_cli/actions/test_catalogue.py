"""Every entry of the catalogue is complete, fills in, and names only documented options."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cortex_cli.actions import loading, matcher, phrases, sentence
from cortex_cli.actions.action import Action, build_step, words_of
from cortex_cli.debian.manpages import Manuals
from cortex_cli.finding import CHANGES, DESTROYS, READS
from tests.support.groups import for_every

ACTIONS = loading.load()
for_every_action = for_every(ACTIONS, lambda action: action.name)
SLOT = re.compile(r"(?<![%$])\{([a-z_]\w*)!?\}")
PAGE = re.compile(r"[\w.@+:-]+\(\d\w*\)")
# Kinds whose values hold no sign of a script: only they may stand inside of a word.
PLAIN = frozenset(
    """
    port number percent pid size seconds minutes days duration mode ip cidr host user group unit
    package extension version locale program date clock
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
SAMPLE = {
    "path": "a.txt", "file": "a.txt", "folder": "docs", "files": "a.txt", "archive": "a.tar.gz",
    "port": "80", "number": "3", "pid": "42", "percent": "50", "mode": "644", "size": "10M",
    "minutes": "5", "seconds": "5", "days": "5", "duration": "5min", "ip": "10.0.0.1",
    "cidr": "10.0.0.0/8", "mac": "00:11:22:33:44:55", "url": "https://example.com/",
    "device": "/dev/sdx1", "interface": "eth0", "clock": "10:30", "date": "2024-01-31",
    "debfile": "tool.deb", "geometry": "800x600", "fstype": "ext4", "quotation": '"some words"',
    "charset": "latin1", "email": "eva@example.com",
    "timezone": "Europe/Paris", "jsonkey": "zork", "recordtype": "TXT", "language": "french",
}  # fmt: skip


def test_there_are_enough() -> None:
    assert len(ACTIONS) >= 500


@for_every_action
def test_an_entry_is_complete(action: Action) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", action.name)
    assert action.manual
    assert all(PAGE.fullmatch(page) for page in action.manual), action.manual
    for text in action.does.values():
        assert text.endswith(".")
        assert set(SLOT.findall(text)) <= set(action.parameters)
    values = {name: SAMPLE.get(one.kind, "name") for name, one in action.parameters.items()}
    kinds = {name: one.kind for name, one in action.parameters.items()}
    for template in (*action.run, *filter(None, (action.check, action.undo))):
        step = build_step(template, values, kinds)
        assert step.pipeline[0]
        assert not set(SLOT.findall(step.text()))


@for_every_action
def test_free_text_stands_in_no_word_of_a_script(action: Action) -> None:
    for template in action.run:
        for word in words_of(template):
            inside = [slot for slot in SLOT.findall(word) if not re.fullmatch(r"\{\w+!?\}", word)]
            script = bool(set(word) & set(";$/\\ \"'")) and not word.startswith(("--", "-"))
            if inside and script:
                kinds = {action.parameters[slot].kind for slot in inside}
                assert kinds <= PLAIN | {"path", "folder", "file", "name"}, (
                    f"{word}: {kinds - PLAIN}"
                )


@pytest.mark.parametrize(
    "action", [one for one in ACTIONS if one.effect == DESTROYS], ids=lambda a: a.name
)
def test_what_destroys_says_so_and_is_not_reads(action: Action) -> None:
    assert action.effect not in (READS, CHANGES)
    assert action.does["en"]


def test_a_phrase_holds_more_than_small_words() -> None:
    """A phrase of nothing but small words would never be found, or be what any sentence is."""
    empty = [
        (phrase.action.name, phrase.language)
        for phrase in phrases.phrases()
        if sum(weight for _, weight in phrase.concepts) < 0.15
    ]
    assert not empty


def test_first_phrases_lead_to_their_own_entry() -> None:
    """The first English phrase of an entry, asked as it stands, finds that entry first."""
    lost = []
    for action in ACTIONS:
        text = action.phrases["en"][0]
        for name, one in action.parameters.items():
            text = text.replace("{" + name + "}", SAMPLE.get(one.kind, "zork"))
        asked = sentence.read(text, "en")
        assert asked is not None
        found = matcher.matches(asked)
        best = found[0].score if found else 0.0
        if not any(one.action.name == action.name and one.score > best - 0.15 for one in found):
            lost.append((action.name, text))
    assert len(lost) <= len(ACTIONS) // 50, lost


MANUALS = Manuals.from_environ(os.environ)
# apt list takes both; the page has one.
SPELLED = {"--upgradable": "--upgradeable"}


def commands(action: Action) -> list[list[str]]:
    values = {name: SAMPLE.get(one.kind, "name") for name, one in action.parameters.items()}
    kinds = {name: one.kind for name, one in action.parameters.items()}
    templates = (*action.run, *filter(None, (action.check, action.undo)))
    return [list(argv) for one in templates for argv in build_step(one, values, kinds).pipeline]


def documented(program: str, verb: str | None) -> frozenset[str]:
    """The options that the program's pages speak of; apt takes those of apt-get."""
    pages = [MANUALS.find_command(program, verb), MANUALS.find_command(program)]
    pages += [MANUALS.find_command("apt-get")] if program == "apt" else []
    return frozenset().union(*(page.options for page in pages if page is not None))


def test_every_long_option_is_in_its_manual() -> None:
    checked, unknown = 0, []
    for argv in (argv for action in ACTIONS for argv in commands(action)):
        plain = argv[3:] if argv[:2] == ["sudo", "-u"] else argv
        verbs = [word for word in plain[1:] if not word.startswith("-")]
        known = documented(plain[0], verbs[0] if verbs else None)
        ours = plain[: plain.index("--")] if "--" in plain else plain
        for word in (word.split("=")[0] for word in ours[1:] if word.startswith("--")):
            checked += bool(known)
            if known and SPELLED.get(word, word) not in known:
                unknown.append(f"{' '.join(argv)}: {word}")
    if not checked:
        pytest.skip("no manual pages are installed here")
    assert not unknown


def test_the_folder_holds_only_areas() -> None:
    assert {path.suffix for path in Path(loading.CATALOGUE).iterdir()} == {".yaml"}


def test_a_broken_entry_names_file_entry_and_rule(tmp_path: Path) -> None:
    tmp_path.joinpath("x.yaml").write_text(
        "- {id: a-b, en: [x], fr: [y], es: [z], run: ls, does: [A., B., C.], effect: burns}\n"
    )
    with pytest.raises(loading.CatalogueError, match=r"x\.yaml: a-b: effect burns"):
        loading.load(tmp_path)
