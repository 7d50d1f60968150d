"""Counters start at nothing and are each their own."""

from __future__ import annotations

from cortexd.metrics.counters import Counters


def test_nothing_is_shared() -> None:
    first, second = Counters(), Counters()
    first.requests["ping"] += 1
    first.tokens += 5
    assert second == Counters()
    assert second.requests["ping"] == 0
