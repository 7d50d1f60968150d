"""crontab: a program at fixed times.  The line to add is worked out from what is said.

cron wants its five fields; the command opens the table, the sentence beside it gives the line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions import values
from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Reader, languages, localize, path
from cortex_cli.finding import CHANGES
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Draft
    from cortex_cli.actions.sentence import Sentence, Token

_DOES = languages(
    "Adds this line to your cron jobs: {line}",
    "Ajoute cette ligne à vos tâches cron : {line}",
    "Añade esta línea a sus tareas de cron: {line}",
)
# Also where there is no crontab yet: then awk reads nothing and prints the line alone.
_APPEND = "{print} END {print line}"
_INSTALL = ("crontab", "-")
_WEEKDAYS = {
    name: number
    for names in (
        "sunday monday tuesday wednesday thursday friday saturday",
        "dimanche lundi mardi mercredi jeudi vendredi samedi",
        "domingo lunes martes miercoles jueves viernes sabado",
    )
    for number, name in enumerate(names.split())
}
_NOISE = tuple(
    """
    run execute start schedule every script process in to at with automatically enable day
    service job file time
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_PERIODS = frozenset({"hour", "day", "week", "month", "year", "minute"})
# Minutes and hours of these kinds fit into a day evenly or not at all.
MINUTES, HOURS = 60, 24
DEFAULT_HOUR = 3
# What is to happen for days on belongs to cron rather than to a terminal that must stay open.
SURE = 1.1
_ELSEWHERE = frozenset({"timer", "delete", "show", "reboot", "shutdown", "backup", "count", "find"})


def compose(asked: Sentence) -> Draft | None:
    """``crontab`` with the line for ``asked``; None when nothing is to run again and again."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    if not concepts & {"run", "schedule", "start", "execute"} or concepts & _ELSEWHERE:
        return None
    programs = [(n, token) for n, token in r.free() if token.kind in ("path", "file")]
    if len(programs) != 1:
        return None
    when = _when(r)
    if when is None:
        return None
    n, token = programs[0]
    r.used.add(n)
    r.noise(*_NOISE)
    line = f"{when} {path(token)}"
    filled = Filled(
        "schedule-cron",
        (Step((("crontab", "-l"), ("awk", "-v", f"line={_escape(line)}", _APPEND), _INSTALL)),),
        localize(_DOES, line=line),
        CHANGES,
        package="cron",
        check=Step((("crontab", "-l"),)),
        manual=("crontab(1)", "crontab(5)"),
    )
    return r.draft(filled, SURE)


def _escape(line: str) -> str:
    """``line`` for awk, which reads escapes in the value of a variable."""
    return line.replace("\\", "\\\\")


def _when(r: Reader) -> str | None:
    """The five fields, or None where nothing says how often."""
    minute, hour = _clock(r)
    if (span := _span(r)) is not None:
        return span
    if (day := _weekday(r)) is not None:
        return f"{minute} {hour} * * {day}"
    if not (r.has("every") or r.has(*_PERIODS)):
        return None
    if r.take("minute"):
        return "* * * * *"
    if r.take("hour"):
        return "0 * * * *"
    if r.take("week"):
        return f"{minute} {hour} * * 0"
    if r.take("month"):
        return f"{minute} {hour} 1 * *"
    if r.take("year"):
        return f"{minute} {hour} 1 1 *"
    if r.take("midnight"):
        return "0 0 * * *"
    return f"{minute} {hour} * * *" if r.take("day") or r.take("night") else None


def _clock(r: Reader) -> tuple[int, int]:
    """Minute and hour of the day."""
    for n, token in r.free():
        if token.kind == "clock" and token.literal is not None:
            hour, _, minute = values.value_of("clock", token).partition(":")
            r.used.add(n)
            return int(minute[:2] or 0), int(hour)
        if token.kind == "number" and token.literal is not None and _oclock(r, n, token):
            r.used.add(n)
            return 0, int(token.literal.number)
    return 0, DEFAULT_HOUR


def _oclock(r: Reader, n: int, token: Token) -> bool:
    number = token.literal.number if token.literal is not None else HOURS
    return number < HOURS and r.before(n)[:1] in (["in"], ["to"]) and not token.known


def _span(r: Reader) -> str | None:
    """ "every 15 minutes", "every 2 hours"."""
    for n, token in r.free():
        literal = token.literal
        if token.kind != "duration" or literal is None or "in" in r.before(n):
            continue
        number = int(literal.number)
        r.used.add(n)
        if literal.unit == "min" and 0 < number < MINUTES:
            return f"*/{number} * * * *"
        if literal.unit == "h" and 0 < number < HOURS:
            return "0 * * * *" if number == 1 else f"0 */{number} * * *"
        if literal.unit == "d" and number == 1:
            return f"0 {DEFAULT_HOUR} * * *"
        return None
    return None


def _weekday(r: Reader) -> int | None:
    for n, token in r.free():
        name = re.sub(r"s\Z", "", fold(token.text))
        number = _WEEKDAYS.get(name, _WEEKDAYS.get(fold(token.text)))
        if number is not None and token.literal is None:
            r.used.add(n)
            return number
    return None
