"""Scores and their intervals. Pure, standard library only."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964  # 95 per cent
RESAMPLES = 2000
SEED = 7


@dataclass(frozen=True)
class Score:
    """A share with its 95 % interval, and how many cases it rests on."""

    value: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        low, high = 100 * self.low, 100 * self.high
        return f"{100 * self.value:.1f} % [{low:.1f}\u2013{high:.1f}] (n={self.count})"


def proportion(right: int, count: int) -> Score:
    """A share of cases, with Wilson's interval."""
    if not count:
        return Score(0.0, 0.0, 1.0, 0)
    share, spread = right / count, Z * Z / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return Score(share, max(0.0, middle - half), min(1.0, middle + half), count)


def mean(values: Sequence[float]) -> Score:
    """A mean, with a bootstrap interval."""
    if not values:
        return Score(0.0, 0.0, 1.0, 0)
    chance = random.Random(SEED)  # noqa: S311 - the same seed must say the same
    count = len(values)
    means = sorted(sum(chance.choices(values, k=count)) / count for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]
    return Score(sum(values) / count, low, high, count)


def rouge_l(reply: str, expected: str) -> float:
    """ROUGE-L's F1: the longest common subsequence of words, of both lengths."""
    a, b = _words(reply), _words(expected)
    if not a or not b:
        return float(a == b)
    row = [0] * (len(b) + 1)
    for word in a:
        before = 0
        for at, other in enumerate(b, 1):
            kept = row[at]
            row[at] = before + 1 if word == other else max(row[at], row[at - 1])
            before = kept
    return 2 * row[-1] / (len(a) + len(b))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
