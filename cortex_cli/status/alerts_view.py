"""Alerts as lines for a person.  Pure: the daemon's replies in, styled parts out.

Any text in an alert may come from a log or a package; ``output`` escapes it when printing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortex_cli.clock import format_age, format_time
from cortex_cli.output import BOLD, DIM, RED, YELLOW

if TYPE_CHECKING:
    from collections.abc import Iterator

# Enough of an id to name an alert; commands accept any unambiguous prefix.
SHOWN_ID_CHARS = 8

STYLES: dict[str, str | None] = {"critical": RED, "error": RED, "warning": YELLOW, "info": DIM}
BLOCKS = "▁▂▃▄▅▆▇█"

Line = list[tuple[str, str | None]]


def format_line(alert: dict[str, Any]) -> Line:
    """Return one alert as one line."""
    note = {"acknowledged": " (seen)", "resolved": " (resolved)", "dismissed": " (dismissed)"}
    severity = str(alert["severity"])
    return [
        (f"{alert['id'][:SHOWN_ID_CHARS]}  ", DIM),
        (f"{severity:<8}  ", STYLES.get(severity)),
        (f"{format_age(alert['first_seen']):>7}  ", None),
        (_join_lines(alert["message"]), None),
        (note.get(alert["status"], ""), DIM),
    ]


def format_alert(alert: dict[str, Any]) -> Iterator[Line]:
    """Yield everything about one alert."""
    yield [(f"{alert['severity']}: ", STYLES.get(alert["severity"])), (alert["title"], BOLD)]
    yield [(alert["message"], None)]
    yield [("", None)]
    facts = [
        ("id", alert["id"]),
        ("type", f"{alert['type']} ({alert['kind']})"),
        ("status", alert["status"]),
        ("first seen", format_time(alert["first_seen"])),
        ("last seen", f"{format_time(alert['last_seen'])}, {alert['occurrences']} times"),
    ]
    if alert.get("resolution"):
        facts.append(("resolved", f"{format_time(alert['resolved_at'])}: {alert['resolution']}"))
    facts += [(name, value) for name, value in alert["metadata"].items() if value]
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        yield [(f"{name:<{width}}  ", DIM), (_join_lines(value), None)]
    for evidence in alert["evidence"]:
        yield from _format_block(evidence["title"], evidence["lines"])
    if alert["remedy"]:
        yield from _format_block("What to do", alert["remedy"].splitlines())
    if analysis := alert.get("analysis"):
        title = f"Analysis by the model {analysis['model']} (check before acting on it)"
        yield from _format_block(title, analysis["text"].splitlines())


def draw_sparkline(values: list[float], low: float = 0.0, high: float = 100.0) -> str:
    """Draw values as a row of blocks between ``low`` and ``high``."""
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
