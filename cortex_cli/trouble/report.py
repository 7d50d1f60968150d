"""Puts causes in order and into words: the gravest whole, the others by their first sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.finding import MAX_LINES, Finding
from cortex_cli.output import escape
from cortex_cli.trouble import alerts, disks, machine, units
from cortex_cli.trouble.cause import INFO
from cortex_cli.trouble.command_lines import typed
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
        causes = _of_units(asked, language, environ)
        if causes:
            return finding(causes, language)
        if not asked.topics:
            return None
    known = alerts.causes(settings)
    causes = _relevant(asked, known or [])
    if not asked.topics and not asked.alerts:
        failed = units.failed(environ, language)
        causes = [*_without_units(causes, failed), *failed]
    if not (asked.alerts and causes):
        looked = machine.causes(environ, language, _with_related(asked.topics), root)
        causes = _merged(causes, looked)
    if not asked.topics:  # one busy program is nothing wrong
        causes = [cause for cause in causes if cause.severity > INFO]
    no_alerts = asked.alerts and known == []
    notes = [say(language, "no-alerts")] if no_alerts else []
    if causes:
        return finding(causes, language, notes)
    if asked.topics and not asked.topics & machine.LOOKS.keys():
        return None  # nobody looked
    notes.append(say(language, "nothing-topic" if asked.topics else "nothing"))
    if known is None:
        notes.append(say(language, "no-daemon"))
    unseen = disks.unseen(root) if not asked.topics or DISK in asked.topics else []
    if unseen:
        notes.append(say(language, "unseen", mounts=", ".join(unseen[:MAX_UNSEEN])))
    text = "\n".join(_line(note) for note in notes)
    return Finding(KIND, LIKELY, text, sources=("cortex status",))


def _of_units(asked: Asked, language: str, environ: Mapping[str, str]) -> list[Cause]:
    """What is wrong with the units asked for, or that there are none."""
    found = units.named(environ, language, asked.units, asked.services)
    if not found:
        return units.absent(environ, language, asked.services)
    if len(asked.units) > 1:  # "why does ssh key login fail": that ssh runs is no answer
        return [cause for cause in found if cause.severity > INFO]
    return found


def _relevant(asked: Asked, known: Sequence[Cause]) -> list[Cause]:
    return [cause for cause in known if not asked.topics or cause.topic in asked.topics]


def _without_units(known: Sequence[Cause], failed: Sequence[Cause]) -> list[Cause]:
    """The alerts that are not of ``failed`` units: a unit's own journal says more of it."""
    names = {cause.text.split(" ", 1)[0] for cause in failed}
    return [cause for cause in known if cause.topic != UNIT or not names & set(cause.text.split())]


def _merged(known: Sequence[Cause], looked: Sequence[Cause]) -> list[Cause]:
    """``known`` alerts in the words and figures of now, and what no alert is about."""
    merged = list(known)
    told = [cause.topic for cause in known]
    seen = [look.topic for look in looked]
    for look in looked:
        one = look.topic == DISK or told.count(look.topic) == seen.count(look.topic) == 1
        number = next((n for n, cause in enumerate(merged) if one and _is_of(cause, look)), None)
        if number is not None and look.severity > INFO:
            old = merged[number]
            severity = max(old.severity, look.severity)
            merged[number] = replace(old, text=look.text, severity=severity)
        elif look.topic == DISK or look.topic not in told:
            merged.append(look)
    return merged


def _is_of(alert: Cause, look: Cause) -> bool:
    """True where both are about one thing; of disks there are several."""
    if alert.topic != look.topic or not alert.source.startswith("alert "):
        return False
    return look.topic != DISK or f"{look.source.partition(' ')[2]} " in alert.text


def _with_related(topics: frozenset[str]) -> frozenset[str]:
    return topics.union(*(RELATED.get(topic, ()) for topic in topics))


def finding(causes: Sequence[Cause], language: str, notes: Sequence[str] = ()) -> Finding:
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
        lines += [f"  {_unbroken(typed(command))}" for command in commands]
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


def _unbroken(text: str) -> str:
    """A command on one line, never shortened: part of one may do something else."""
    return escape(text).replace("\n", "\\n")
