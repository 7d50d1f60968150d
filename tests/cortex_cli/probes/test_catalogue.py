"""Every probe reads this machine for real, and the catalogue keeps its rules."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from cortex_cli.actions.action import fill
from cortex_cli.probes import answering, loading, sayings
from cortex_cli.probes.loading import CatalogueError
from cortex_cli.probes.machine import Machine

PROBES = loading.load()
# A value of each kind that this machine has.
VALUES = {
    "path": "/etc", "folder": "/etc", "file": "/etc/passwd", "account": "root", "group": "root",
    "software": "bash", "unit": "cron", "port": "1", "pid": "1", "interface": "lo",
    "variable": "HOME", "name": "loop", "parameter": "kernel.ostype", "device": "/dev/null",
    "host": "localhost",
}  # fmt: skip
LANGUAGES = ("en", "fr", "es")
# These simulate an upgrade or walk a tree.
SLOW = {"upgrades": 13.0}
MAX_S = 4.0
MAY_REFUSE = ("service-memory",)


def _values(name: str) -> dict[str, str]:
    action = PROBES[name].action
    values = {key: one.default or VALUES[one.kind] for key, one in action.parameters.items()}
    return values | ({"path": "/etc"} if values.get("path") == "." else {})


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_reads_this_machine_and_says_so_in_three_languages(name: str) -> None:
    probe = PROBES[name]
    machine = Machine(environ=os.environ)
    start = sum(os.times()[:4])  # of processors, the children's too: others use them as well
    reading = answering.collector(probe.reader)(machine, _values(name))
    assert sum(os.times()[:4]) - start < SLOW.get(name, MAX_S)
    if reading is None and name in MAY_REFUSE:
        pytest.skip("there is no such unit here")
    assert reading is not None
    assert reading.case in probe.sentences, f"{name}: no sentence for {reading.case}"
    for language in LANGUAGES:
        said = sayings.text(probe, reading, language)
        assert said.strip()
        assert len(said.splitlines()) <= sayings.MAX_LINES
        first = probe.sentences[reading.case][language]
        places = set(re.findall(r"{([a-z_]+)", re.sub(r"\[\[.*?\]\]", "", first)))
        assert places <= set(reading.values), f"{name}: {places - set(reading.values)}"


@pytest.mark.parametrize("name", PROBES)
def test_a_probe_shows_a_command_that_can_be_typed(name: str) -> None:
    action = PROBES[name].action
    commands = fill(action, _values(name), "en").commands()
    assert commands
    programs = [argv[0] for command in commands for argv in command.pipeline]
    missing = [one for one in programs if shutil.which(one) is None]
    if action.package or missing:
        pytest.skip(f"{', '.join(missing) or action.package}: not on every machine")
    assert not missing


@pytest.mark.parametrize("name", PROBES)
def test_every_value_of_a_sentence_is_spelled_right_in_all_languages(name: str) -> None:
    for case, texts in PROBES[name].sentences.items():
        names = [
            sorted(set(re.findall(r"{([a-z_]+?)(?:_fr|_es)?[|}]", text))) for text in texts.values()
        ]
        if name in ("date", "uptime"):  # these word spans and weekdays by language
            continue
        assert names[0] == names[1] == names[2], f"{name}.{case}"


def test_there_are_probes_for_what_a_machine_is_asked() -> None:
    assert len(PROBES) >= 90


def test_two_entries_with_one_id_are_refused(tmp_path: Path) -> None:
    entry = (
        "- id: twice\n  en: [a]\n  fr: [a]\n  es: [a]\n  read: memory.swap\n"
        "  say: {found: [a, a, a]}\n"
    )
    (tmp_path / "area.yaml").write_text(entry * 2)
    with pytest.raises(CatalogueError, match="twice"):
        loading.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("read: memory", "MODULE.FUNCTION"),
        ("color: red\n  read: memory.swap", "unknown keys"),
        ("read: memory.swap\n  params: {x: nonsense}", "no kind"),
    ],
)
def test_a_broken_entry_is_named(change: str, message: str, tmp_path: Path) -> None:
    entry = f"- id: one\n  en: [a]\n  fr: [a]\n  es: [a]\n  {change}\n  say: {{found: [a, a, a]}}\n"
    (tmp_path / "area.yaml").write_text(entry)
    with pytest.raises(CatalogueError, match=message):
        loading.load(tmp_path)
