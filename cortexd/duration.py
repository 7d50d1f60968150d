"""Durations in words: one that was measured, and one that was estimated.  Pure."""

from __future__ import annotations

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def format_duration(seconds: float) -> str:
    """A measured duration by its two largest units: "5 h 1 min"."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def format_estimate(seconds: float) -> str:
    """An estimate in hours, or in minutes if it is short: it is no more precise than that."""
    hours = seconds / 3600
    return f"{hours:.0f} h" if hours >= 1.5 else f"{max(1, round(hours * 60))} min"
