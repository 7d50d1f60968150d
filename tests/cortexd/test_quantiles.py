from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.quantiles import median, quartiles


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_as_the_library_has_them(values: list[float]) -> None:
    assert median(values) == pytest.approx(statistics.median(values))
    assert quartiles(values) == pytest.approx(statistics.quantiles(values, n=4, method="inclusive"))


def test_one_value() -> None:
    assert quartiles([7.0]) == (7.0, 7.0, 7.0)
