from __future__ import annotations

import pytest

from cortexd.duration import format_duration, format_estimate


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (3600 * 5 + 60, "5 h 1 min"), (-5, "0 s"),
     (86400 * 2 + 5, "2 d 5 s")],
)  # fmt: skip
def test_format_duration(seconds: float, says: str) -> None:
    assert format_duration(seconds) == says


@pytest.mark.parametrize(
    ("seconds", "says"), [(5, "1 min"), (89 * 60, "89 min"), (5400, "2 h"), (30 * 3600, "30 h")]
)
def test_format_estimate(seconds: float, says: str) -> None:
    assert format_estimate(seconds) == says
