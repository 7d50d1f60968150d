"""Alerts as lines for a person.  Pure: the daemon's replies in, styled parts out.

Everything in an alert may come from a log or a package; ``output`` escapes it when shown.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from cortex_cli.output import BOLD, DIM, RED, YELLOW

if TYPE_CHECKING:
    from collections.abc import Iterator

# Enough of an id to name an alert; commands take any beginning that only one has.
SHOWN_ID_CHARS = 8

STYLES: dict[str, str | None] = {"critical": RED, "error": RED, "warning": YELLOW, "info": DIM}
BLOCKS = "▁▂▃▄▅▆▇█"

Line = list[tuple[str, str | None]]


def format_line(alert: dict[str, Any]) -> Line:
    """One alert on one line."""
    mark = {"acknowledged": " (seen)", "resolved": " (over)", "dismissed": " (dismissed)"}
    severity = str(alert["severity"])
    return [
        (f"{alert['id'][:SHOWN_ID_CHARS]}  ", DIM),
        (f"{severity:<8}  ", STYLES.get(severity)),
        (f"{format_age(alert['first_seen']):>7}  ", None),
        (_join_lines(alert["message"]), None),
        (mark.get(alert["status"], ""), DIM),
    ]


def format_alert(alert: dict[str, Any]) -> Iterator[Line]:
    """Everything that is known of one alert."""
    yield [(f"{alert['severity']}: ", STYLES.get(alert["severity"])), (alert["title"], BOLD)]
    yield [(alert["message"], None)]
    yield [("", None)]
    facts = [
        ("id", alert["id"]),
        ("type", f"{alert['type']} ({alert['kind']})"),
        ("status", alert["status"]),
        ("first seen", _moment(alert["first_seen"])),
        ("last seen", f"{_moment(alert['last_seen'])}, {alert['occurrences']} times"),
    ]
    if alert.get("resolution"):
        facts.append(("over", f"{_moment(alert['resolved_at'])}: {alert['resolution']}"))
    facts += [(name, value) for name, value in alert["metadata"].items() if value]
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        yield [(f"{name:<{width}}  ", DIM), (_join_lines(value), None)]
    for evidence in alert["evidence"]:
        yield from _format_block(evidence["title"], evidence["lines"])
    if alert["remedy"]:
        yield from _format_block("What to do", alert["remedy"].splitlines())
    if analysis := alert.get("analysis"):
        title = f"What the model {analysis['model']} makes of it (check before you act)"
        yield from _format_block(title, analysis["text"].splitlines())


def format_age(since: float, now: float | None = None) -> str:
    """How long ago, in the largest unit."""
    seconds = max(0, int((time.time() if now is None else now) - since))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def draw_sparkline(values: list[float], low: float = 0.0, high: float = 100.0) -> str:
    """Values as a row of blocks between ``low`` and ``high``."""
    span = max(high - low, 1e-9)
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[round(top * min(1, max(0, (v - low) / span)))] for v in values)


def _format_block(title: str, lines: list[str]) -> Iterator[Line]:
    yield [("", None)]
    yield [(title, BOLD)]
    for line in lines:
        yield [(f"  {line}", None)]


def _join_lines(text: object) -> str:
    return " ".join(str(text).split())


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
