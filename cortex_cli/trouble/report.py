"""Puts causes in order and into words: the gravest whole, the others by their first sentence."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from cortex_cli.finding import CHANGES, READS, Finding, ShownCommand
from cortex_cli.output import escape
from cortex_cli.trouble import alerts, machine, units
from cortex_cli.trouble.cause import INFO
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.settings import Settings
    from cortex_cli.trouble.asked import Asked
    from cortex_cli.trouble.cause import Cause

KIND = "failure"
SURE = 0.95
MAX_LINES = 12
MAX_COMMANDS = 3
MAX_OTHERS = 4
MAX_LINE_CHARS = 300
_READING = (
    "du",
    "df",
    "journalctl",
    "systemctl status",
    "ps",
    "top",
    "ip",
    "cat",
    "sensors",
    "getent",
)


def make(asked: Asked, language: str, settings: Settings) -> Finding | None:
    """The finding for what was asked; None where a unit was asked for that is not here."""
    environ = settings.environ
    if asked.units:
        causes = units.named(environ, language, asked.units)
        if not causes and not asked.topics:
            return None
        if causes:
            return _finding(causes, language)
    causes = _causes(asked, language, settings)
    if not asked.topics:  # one busy program is nothing wrong
        causes = [cause for cause in causes if cause.severity > INFO]
    if not causes:
        name = "nothing-topic" if asked.topics else "nothing"
        return Finding(KIND, SURE, say(language, name), sources=("cortex status",))
    return _finding(causes, language)


def _causes(asked: Asked, language: str, settings: Settings) -> list[Cause]:
    known = alerts.causes(settings) or []
    if asked.topics:
        known = [cause for cause in known if cause.topic in asked.topics]
    else:
        known += units.failed(settings.environ, language)
    told = {cause.topic for cause in known}
    looked = machine.causes(settings.environ, language, asked.topics)
    return known + [cause for cause in looked if cause.topic not in told]


def _finding(causes: Sequence[Cause], language: str) -> Finding:
    first, *others = sorted(causes, key=lambda cause: -cause.severity)
    lines = [_line(line) for line in first.text.splitlines()]
    if first.evidence:
        lines.append(_line(say(language, "evidence", lines="; ".join(first.evidence))))
    commands = tuple(_command(text) for text in dict.fromkeys(first.commands))[:MAX_COMMANDS]
    rest = [cause.text.split(". ")[0].rstrip(".") for cause in others if cause.severity > INFO]
    room = MAX_LINES - len(lines) - bool(rest)
    if commands and room > len(commands):
        lines.append(say(language, "do"))
        lines += [f"  {_line(command.text)}" for command in commands]
    if rest:
        titles = "; ".join(rest[:MAX_OTHERS])
        lines.append(_line(say(language, "others", titles=titles + ".")))
    return Finding(
        kind=KIND,
        confidence=SURE,
        text="\n".join(lines[:MAX_LINES]),
        commands=commands,
        sources=tuple(dict.fromkeys(cause.source for cause in (first, *others) if cause.source)),
        subject=first.topic,
    )


def _line(text: str) -> str:
    shown = escape(" ".join(text.split()))
    return shown if len(shown) <= MAX_LINE_CHARS else f"{shown[:MAX_LINE_CHARS]} …"


def _command(text: str) -> ShownCommand:
    plain = text.removeprefix("sudo ")
    try:
        argv = tuple(shlex.split(plain))
    except ValueError:
        argv = (plain,)
    reads = plain.startswith(_READING)
    return ShownCommand((argv,), text, READS if reads else CHANGES, plain != text)
