"""Every entry of the shipped catalogue: complete, bounded on hostile text, its commands plain."""

from __future__ import annotations

import shlex
import time

from cortex_cli.error_texts import commands, entries, patterns
from cortex_cli.error_texts.entries import Entry
from cortex_cli.error_texts.phrasing import MAX_COMMANDS, build_finding
from cortex_cli.error_texts.placeholders import NOUNS, SLOT
from cortex_cli.finding import READS
from tests.support.groups import for_every

ENTRIES = list(entries.load().entries.values())
for_every_entry = for_every(ENTRIES, lambda entry: entry.id)
# A line of a log is cut at 1000 characters: this is four times as much.
HOSTILE_LENGTH = 4000
MAX_SEARCH_S = 0.1
MAX_LINES = 12


def test_it_is_broad() -> None:
    assert len(ENTRIES) >= 250


@for_every_entry
def test_templates_name_what_can_be_filled_in(entry: Entry) -> None:
    sentences = [
        *entry.means.values(),
        *entry.remedy.values(),
        *(cause for causes in entry.causes.values() for cause in causes),
    ]
    for sentence in sentences:
        for slot in SLOT.finditer(sentence):
            assert slot["default"] is not None or slot["name"] in NOUNS, sentence
        assert "{" not in SLOT.sub("", sentence), sentence
        assert not sentence.endswith("..")
    for text in (*entry.means.values(), *entry.remedy.values()):
        assert text.rstrip().endswith((".", "!", ")")), text


@for_every_entry
def test_commands_are_plain_words_and_confirming_only_reads(entry: Entry) -> None:
    for template in (*entry.confirm, *entry.commands):
        words = shlex.split(template)
        assert not {"&&", "||", ";", ">", ">>", "<", "&"} & set(words), template
        assert words[0] != "sudo" or words[1] in {"-l", "-i"}, template
        assert not any(word.startswith(("$(", "`", "2>")) for word in words), template
        for word in words:
            if word != "|":
                assert word.count("{") == len(SLOT.findall(word)) or "{" not in word, template
    for template in entry.confirm:
        assert commands.fill_command(template, {}).effect == READS, template


@for_every_entry
def test_an_answer_has_at_most_twelve_lines(entry: Entry) -> None:
    for language in entries.LANGUAGES:
        answer = build_finding(entry, {}, language, 1.0)
        assert len(answer.text.splitlines()) + len(answer.commands) + 1 <= MAX_LINES, language
        assert len(answer.commands) <= MAX_COMMANDS, language
        assert "{" not in answer.text.replace("${", ""), language


def hostile(source: str) -> list[str]:
    """Texts that make a search start over and over: its own literals, repeated and mixed."""
    parts = [*dict.fromkeys(patterns.literals(source))][:8]
    seeds = [
        *parts,
        " ".join(parts),
        "".join(parts),
        "a",
        "1",
        " ",
        "/a",
        "a1 ",
        "1.",
        "a: ",
        "'a ",
    ]
    if len(parts) > 1:
        seeds += [f"{parts[0]} x", " ".join(parts[:-1])]
    repeated = (seed * (HOSTILE_LENGTH // len(seed) + 1) for seed in seeds if seed)
    return [text[:HOSTILE_LENGTH].lower() for text in repeated]


@for_every_entry
def test_patterns_take_linear_time_on_hostile_text(entry: Entry) -> None:
    for one in (*entry.match, *entry.also, *entry.unless):
        expression = patterns.compile_pattern(one.source)
        for text in hostile(one.source):
            taken = min(_taken(expression.search, text) for _ in range(2))
            assert taken < MAX_SEARCH_S, (one.source, text[:60], taken)


def _taken(search: object, text: str) -> float:
    started = time.process_time()
    assert callable(search)
    search(text)
    return time.process_time() - started


@for_every_entry
def test_a_pattern_does_not_match_everyday_lines(entry: Entry) -> None:
    everyday = [
        "Started session-12.scope - Session 12 of User ops.",
        "GET /index.html HTTP/1.1 200 512",
        "Reached target multi-user.target - Multi-User System.",
        "all good",
    ]
    for one in entry.match:
        for line in everyday:
            assert one.search(patterns.fold(line)) is None, (one.source, line)
