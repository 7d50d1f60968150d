from __future__ import annotations

import time

import pytest

from cortex_cli.clock import format_age, format_duration, format_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3661, "1 h 1 min"),
        (3605, "1 h 5 s"),
        (93_784, "1 d 2 h"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(30, "30 s"), (300, "5 min"), (7300, "2 h"), (200_000, "2 d")]
)
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    assert format_age(1000.0, now=1000.0 + seconds) == text


def test_a_time_is_local() -> None:
    moment = time.mktime((2026, 11, 29, 17, 49, 5, 0, 0, -1))
    assert format_time(moment) == "2026-11-29 17:49:05"
