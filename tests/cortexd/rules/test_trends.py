from __future__ import annotations

import random

import pytest

from cortexd.config import ThresholdsSection
from cortexd.rules.trends import estimate, judge_disk

THRESHOLDS = ThresholdsSection()


def line(per_minute: float, *, start: float = 60, minutes: int = 180) -> list[tuple[int, float]]:
    return [(minute, min(100.0, start + per_minute * minute)) for minute in range(minutes)]


def test_a_straight_line() -> None:
    expected = estimate(line(0.1))
    assert expected is not None
    assert expected.hours == pytest.approx((100 - 77.9) / 0.1 / 60, rel=0.02)
    assert expected.agreement == 1.0


def test_one_large_file_that_comes_and_goes_does_not_move_it() -> None:
    samples = [(m, v + (15 if 60 <= m < 90 else 0)) for m, v in line(0.1)]
    expected, plain = estimate(samples), estimate(line(0.1))
    assert expected is not None
    assert plain is not None
    assert expected.hours == pytest.approx(plain.hours, rel=0.1)


@pytest.mark.parametrize(
    "samples",
    [
        [],
        line(0.1, minutes=20),  # too short
        line(0),  # still
        line(-0.1),  # falling
        line(0.05, start=10),  # much room
        [(m, 70 + (m % 2) * 5) for m in range(180)],  # to and fro
        [(m, 60.0 if m < 170 else 80.0) for m in range(180)],  # one step
        [(m, 70 + random.Random(m).uniform(-5, 5)) for m in range(180)],
    ],
)  # fmt: skip
def test_there_is_no_estimate_without_a_trend(samples: list[tuple[int, float]]) -> None:
    assert estimate(samples) is None


def test_what_lies_before_a_gap_counts_for_nothing() -> None:
    """A machine that slept for five hours: neither its rise before nor the step tells anything."""
    before = line(0.2, start=60, minutes=60)
    after = [(60 + 300 + minute, 75 + 0.2 * minute) for minute in range(60)]
    assert estimate(before) is not None
    assert estimate([*before, *after[:25]]) is None
    expected = estimate([*before, *after])
    assert expected is not None
    assert expected == estimate(after)


def test_severity_follows_the_hours_left() -> None:
    (finding,) = judge_disk("/", line(0.1), THRESHOLDS).findings
    assert "full in about 4 h (between" in finding.message
    assert finding.severity == "warning"
    (finding,) = judge_disk("/", line(0.5, start=5), THRESHOLDS).findings
    assert finding.severity == "error"
    assert judge_disk("/", line(0.01, start=55), THRESHOLDS).findings == []  # in days
