"""Puts causes in order and into words: the gravest whole, the others by their first sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.finding import MAX_LINES, Finding
from cortex_cli.output import escape
from cortex_cli.trouble import alerts, disks, machine, units
from cortex_cli.trouble.cause import INFO
from cortex_cli.trouble.command_lines import format_line
from cortex_cli.trouble.lexicon import DISK, HEAT, LOAD, MEMORY
from cortex_cli.trouble.sayings import say
from cortex_cli.trouble.units import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortex_cli.settings import Settings
    from cortex_cli.trouble.asked import Asked
    from cortex_cli.trouble.cause import Cause

KIND = "failure"
# What was looked up now is certain; that nothing was found is not.
SURE, LIKELY = 1.0, 0.95
# What else may bring a symptom about.
RELATED = {LOAD: (MEMORY,), HEAT: (LOAD,)}
MAX_COMMANDS = 3
MAX_OTHERS, MAX_UNSEEN = 4, 4
MAX_LINE_CHARS = 300


def make(asked: Asked, language: str, settings: Settings, root: Path = Path("/")) -> Finding | None:
    """The finding for what was asked; None where a unit was asked for that is not here.

    ``root`` is where the kernel's files are looked for.
    """
    environ = settings.environ
    if asked.units:
        causes = _find_unit_causes(asked, language, environ)
        if causes:
            return build_finding(causes, language)
        if not asked.topics:
            return None
    known = alerts.find_causes(settings)
    causes = _select_relevant(asked, known or [])
    if not asked.topics and not asked.alerts:
        failed = units.find_failed(environ, language)
        causes = [*_drop_units(causes, failed), *failed]
    if not (asked.alerts and causes):
        looked = machine.find_causes(environ, language, _add_related(asked.topics), root)
        causes = _merge(causes, looked)
    if not asked.topics:  # one busy program is nothing wrong
        causes = [cause for cause in causes if cause.severity > INFO]
    no_alerts = asked.alerts and known == []
    notes = [say(language, "no-alerts")] if no_alerts else []
    if causes:
        return build_finding(causes, language, notes)
    if asked.topics and not asked.topics & machine.LOOKS.keys():
        return None  # nobody looked
    notes.append(say(language, "nothing-topic" if asked.topics else "nothing"))
    if known is None:
        notes.append(say(language, "no-daemon"))
    unseen = disks.list_unseen(root) if not asked.topics or DISK in asked.topics else []
    if unseen:
        notes.append(say(language, "unseen", mounts=", ".join(unseen[:MAX_UNSEEN])))
    text = "\n".join(_line(note) for note in notes)
    return Finding(KIND, LIKELY, text, sources=("cortex status",))


def _find_unit_causes(asked: Asked, language: str, environ: Mapping[str, str]) -> list[Cause]:
    """What is wrong with the units asked for, or that there are none."""
    causes = units.find_named(environ, language, asked.units, asked.services)
    if not causes:
        return units.report_absent(environ, language, asked.services)
    if len(asked.units) > 1:  # "why does ssh key login fail": that ssh runs is no answer
        return [cause for cause in causes if cause.severity > INFO]
    return causes


def _select_relevant(asked: Asked, known: Sequence[Cause]) -> list[Cause]:
    return [cause for cause in known if not asked.topics or cause.topic in asked.topics]


def _drop_units(known: Sequence[Cause], failed: Sequence[Cause]) -> list[Cause]:
    """The alerts that are not of ``failed`` units: a unit's own journal says more of it."""
    names = {cause.text.split(" ", 1)[0] for cause in failed}
    return [cause for cause in known if cause.topic != UNIT or not names & set(cause.text.split())]


def _merge(known: Sequence[Cause], looked: Sequence[Cause]) -> list[Cause]:
    """``known`` alerts in the words and figures of now, and what no alert is about."""
    merged = list(known)
    topics = [cause.topic for cause in known]
    seen = [look.topic for look in looked]
    for look in looked:
        one = look.topic == DISK or topics.count(look.topic) == seen.count(look.topic) == 1
        number = next((n for n, cause in enumerate(merged) if one and _is_same(cause, look)), None)
        if number is not None and look.severity > INFO:
            old = merged[number]
            severity = max(old.severity, look.severity)
            merged[number] = replace(old, text=look.text, severity=severity)
        elif look.topic == DISK or look.topic not in topics:
            merged.append(look)
    return merged


def _is_same(alert: Cause, look: Cause) -> bool:
    """True where both are about one thing; of disks there are several."""
    if alert.topic != look.topic or not alert.source.startswith("alert "):
        return False
    return look.topic != DISK or f"{look.source.partition(' ')[2]} " in alert.text


def _add_related(topics: frozenset[str]) -> frozenset[str]:
    return topics.union(*(RELATED.get(topic, ()) for topic in topics))


def build_finding(causes: Sequence[Cause], language: str, notes: Sequence[str] = ()) -> Finding:
    """``causes`` (at least one) as an answer, the gravest first, below ``notes``."""
    first, *others = sorted(causes, key=lambda cause: -cause.severity)
    lines = [*notes, *(_line(line) for line in first.text.splitlines())]
    if first.evidence:
        lines.append(_line(say(language, "evidence", lines="; ".join(first.evidence))))
    commands = tuple({command.text: command for command in first.commands}.values())[:MAX_COMMANDS]
    rest = [cause.text.split(". ")[0].rstrip(".") for cause in others if cause.severity > INFO]
    room = MAX_LINES - len(lines) - bool(rest)
    if commands and room > len(commands):
        if "\n" not in first.text:  # the catalogue's text ends with what to do
            lines.append(say(language, "do"))
        lines += [f"  {_write_on_one_line(format_line(command))}" for command in commands]
    lines = lines[: MAX_LINES - bool(rest)]
    if rest:
        titles = "; ".join(rest[:MAX_OTHERS])
        lines.append(_line(say(language, "others", titles=titles + ".")))
    return Finding(
        kind=KIND,
        confidence=SURE,
        text="\n".join(lines),
        commands=commands,
        sources=tuple(dict.fromkeys(cause.source for cause in (first, *others) if cause.source)),
        subject=first.topic,
    )


def _line(text: str) -> str:
    shown = escape(" ".join(text.split()))
    return shown if len(shown) <= MAX_LINE_CHARS else f"{shown[: MAX_LINE_CHARS - 2]} …"


def _write_on_one_line(text: str) -> str:
    """A command on one line, never shortened: part of one may do something else."""
    return escape(text).replace("\n", "\\n")
