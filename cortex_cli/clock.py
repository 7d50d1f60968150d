"""Times and durations as text.  Pure."""

from __future__ import annotations

import time

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def format_duration(seconds: float, *, units: int = 2) -> str:
    """Return ``seconds`` in its largest ``units`` units, zeros omitted: ``2 h 5 min``."""
    rest = max(0, int(seconds))
    parts = []
    for unit, size in UNITS:
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:units]) or "0 s"


def format_age(since: float, now: float | None = None) -> str:
    """Return how long ago ``since`` (seconds since 1970) was, in one unit: ``5 min``."""
    age_s = (time.time() if now is None else now) - since
    return format_duration(max(0.0, age_s), units=1)  # a clock may have been set back


def format_time(seconds: float) -> str:
    """Return a time (seconds since 1970) as local date and time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
