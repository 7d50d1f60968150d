"""Counts and lists of names in the sentences of alerts.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# A sentence names this many; the evidence has the others.
MAX_NAMES = 8


def format_count(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 update", "2 updates"."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def join_names(names: Sequence[str]) -> str:
    """The first names, and how many there are besides."""
    listed = ", ".join(names[:MAX_NAMES])
    return f"{listed} and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else listed
