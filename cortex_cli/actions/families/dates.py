"""date: what day it is, was or will be, and the days between two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize
from cortex_cli.finding import READS

if TYPE_CHECKING:
    from cortex_cli.actions.literals import Literal
    from cortex_cli.actions.sentence import Sentence

_DOES = languages("Computes the date.", "Calcule la date.", "Calcula la fecha.")
# At noon, so that a change to summer time makes no difference.
_DAYS_BETWEEN = (
    'function t(d) { split(d, p, "[-: T]"); return mktime(p[1] " " p[2] " " p[3] " 12 0 0") } '
    "BEGIN { print int((t(b) - t(a)) / 86400) }"
)
_UNITS = {
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "mon": "months",
    "y": "years",
}
_NOISE = tuple(
    """
    time day calculator since from ago in newer until now today last between many difference
    compare convert epoch to week find second year month current as number for of more readable
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    [
        "file",
        "folder",
        "user",
        "service",
        "journal",
        "timezone",
        "ntp",
        "package",
        "process",
        "boot",
        "uptime",
        "schedule",
        "reboot",
        "shutdown",
        "change",
        "hardware",
        "commit",
        "log_in",
        "kill",
        "password",
        "certificate",
        "count",
        "limit",
        "cpu",
        "run",
        "screen",
        "archive",
        "ping",
        "modified",
        "delete",
        "copy",
        "image",
        "video",
        "duration",
        "slow",
        "line",
        "wait",
        "host",
        "git",
        "error",
        "measure",
        "use",
        "memory",
    ]
)


def compose(asked: Sentence) -> Draft | None:
    """date for ``asked``; None when no date is to be computed."""
    r = Reader(asked)
    concepts = {t.concept for t in r.tokens}
    if concepts & _ELSEWHERE or any(
        t.kind in ("path", "file", "host", "name", "unit") for t in r.tokens
    ):
        return None
    stamps = [(n, t) for n, t in r.free() if t.kind == "stamp"]
    spans = [(n, t.literal) for n, t in r.free() if t.kind == "duration" and t.literal]
    numbers = [(n, t.literal) for n, t in r.free() if t.kind == "number" and t.literal]
    stages: list[tuple[str, ...]] = []
    if len(stamps) == 2:
        one, two = (token.text for _, token in stamps)
        stages = [("awk", "-v", f"a={one}", "-v", f"b={two}", _DAYS_BETWEEN)]
    elif concepts & {"epoch", "convert"} and numbers and numbers[0][1].number > 1e6:
        stages = [("date", "-d", f"@{numbers[0][1].value}")]
        r.used.add(numbers[0][0])
    elif "epoch" in concepts:
        stages = [("date", *(("-d", stamps[0][1].text) if stamps else ()), "+%s")]
    elif len(spans) == 1 and concepts & {
        "day",
        "time",
        "ago",
        "newer",
        "since",
        "from",
        "until",
        "today",
        "now",
        "calculator",
    }:
        stages = [_shift_date(r, concepts, spans[0][1], stamps[0][1].text if stamps else "")]
    elif len(stamps) == 1 and concepts & {"day", "week"}:
        stages = [("date", "-d", stamps[0][1].text, "+%V" if "day" not in concepts else "+%A")]
    elif concepts & {"week"} and concepts & {"number", "year", "current"} and not spans:
        stages = [("date", "+%V")]
    if not stages:
        return None
    r.used.update(n for n, _ in stamps)
    r.used.update(n for n, _ in spans)
    r.noise(*_NOISE)
    return r.draft(
        Filled("date-compute", (Step(tuple(stages)),), localize(_DOES), READS, manual=("date(1)",))
    )


def _shift_date(r: Reader, concepts: set[str], literal: Literal, start: str) -> tuple[str, ...]:
    before = bool(concepts & {"ago", "until", "last"}) or " hace " in f" {r.asked.text.lower()} "
    amount = f"{literal.number:g} {_UNITS[literal.unit]}"
    base = f"{start} " if start else ""
    sign = "-" if before and start else "+" if start else ""
    when = f"{base}{sign}{amount}{' ago' if before and not start else ''}"
    return (
        ("date", "-d", when) if literal.unit in ("s", "min", "h") else ("date", "-d", when, "+%F")
    )
