"""Why a unit failed: its state by systemd, and what its journal says, read by the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.trouble.cause import ERROR, INFO, WARNING, Cause
from cortex_cli.trouble.programs import output_of
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

UNIT = "unit"
JOURNAL_LINES = 60
MAX_UNITS = 8
SUFFIXES = (".service", ".socket", ".timer", ".mount")
PROPERTIES = ("Id", "LoadState", "ActiveState", "SubState", "Result", "ExecMainStatus")


def failed(environ: Mapping[str, str], language: str) -> list[Cause]:
    """One cause a failed unit."""
    listed = output_of(environ, "systemctl", "list-units", "--failed", "--plain", "--no-legend")
    names = [line.split()[0] for line in listed.splitlines() if line.split()]
    return [cause for name in names[:MAX_UNITS] for cause in _causes(environ, language, name)]


def named(environ: Mapping[str, str], language: str, words: Sequence[str]) -> list[Cause]:
    """What is wrong with the units that ``words`` name; nothing where none is a unit."""
    names = [word if word.endswith(SUFFIXES) else f"{word}.service" for word in words]
    return [cause for name in names[:MAX_UNITS] for cause in _causes(environ, language, name)]


def _causes(environ: Mapping[str, str], language: str, unit: str) -> Iterator[Cause]:
    asked = ",".join(PROPERTIES)
    shown = output_of(environ, "systemctl", "show", f"--property={asked}", "--", unit)
    state = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
    if state.get("LoadState") not in {"loaded", "error", "bad-setting", "masked"}:
        return
    unit = state.get("Id") or unit
    source = f"journal: {unit}"
    if state.get("ActiveState") == "active":
        text = say(language, "unit-active", unit=unit)
        yield Cause(UNIT, INFO, text, (), (f"systemctl status {unit}",), "systemctl")
        return
    if state.get("ActiveState") != "failed":
        text = say(language, "unit-inactive", unit=unit, state=state.get("SubState", "?"))
        look = (f"systemctl status {unit}", f"sudo systemctl start {unit}")
        yield Cause(UNIT, WARNING, text, (), look, "systemctl")
        return
    result = ", ".join(filter(None, (state.get("Result"), _status(state))))
    text = say(language, "unit-failed", unit=unit, result=result)
    look = (f"journalctl -u {unit} -b -e", f"sudo systemctl restart {unit}")
    explained = _explained(environ, language, unit)
    if explained is None:
        yield Cause(UNIT, ERROR, text, tuple(_journal(environ, unit)[-3:]), look, source)
    else:
        cause, commands = explained
        yield Cause(UNIT, ERROR, f"{text} {cause}", (), (*commands, *look), source)


def _status(state: Mapping[str, str]) -> str:
    status = state.get("ExecMainStatus", "0")
    return f"status {status}" if status != "0" else ""


def _explained(
    environ: Mapping[str, str], language: str, unit: str
) -> tuple[str, tuple[str, ...]] | None:
    """What the catalogue of error texts makes of the unit's journal."""
    from cortex_cli.error_texts import answerer

    finding = answerer.find_in_log("\n".join(_journal(environ, unit)), unit, language)
    if finding is None or not finding.subject:
        return None
    return finding.text, tuple(command.text for command in finding.commands)


def _journal(environ: Mapping[str, str], unit: str) -> list[str]:
    argv = ("journalctl", "-q", "--no-pager", "-o", "short-iso", "-b", "-u", unit)
    return output_of(environ, *argv, "-n", str(JOURNAL_LINES)).splitlines()
