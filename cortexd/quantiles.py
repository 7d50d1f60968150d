"""Median and quartiles of a few numbers.

Not ``statistics``, which imports decimal, fractions and random: 2 MB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def quartiles(values: Iterable[float]) -> tuple[float, float, float]:
    """The points below which a quarter, a half and three quarters of the values lie."""
    ordered = sorted(values)
    last = len(ordered) - 1
    points = []
    for quarter in (1, 2, 3):
        place, rest = divmod(last * quarter, 4)
        step = ordered[min(place + 1, last)] - ordered[place]
        points.append(ordered[place] + step * rest / 4)
    return points[0], points[1], points[2]


def median(values: Iterable[float]) -> float:
    """The value in the middle, or the mean of the two there."""
    return quartiles(values)[1]
