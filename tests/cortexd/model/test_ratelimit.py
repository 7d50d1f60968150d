"""The token bucket of each user, with a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.errors import RateLimited
from cortexd.config import LimitsSection
from cortexd.model.ratelimit import RateLimiter


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(LimitsSection(requests_per_second=2, request_burst=3), clock)
    for _ in range(3):
        limiter.take(1)
    with pytest.raises(RateLimited) as caught:
        limiter.take(1)
    assert caught.value.details == {"retry_after_s": 0.5}
    limiter.take(2)  # another user's bucket
    clock.now += 0.5
    limiter.take(1)
    with pytest.raises(RateLimited):
        limiter.take(1)


def test_more_than_a_burst_at_once_is_paid_back() -> None:
    clock = Clock()
    limiter = RateLimiter(LimitsSection(requests_per_second=1, request_burst=4), clock)
    limiter.take(1, 10)
    clock.now += 6
    with pytest.raises(RateLimited):
        limiter.take(1)
    clock.now += 1
    limiter.take(1)


def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    limiter = RateLimiter(LimitsSection(requests_per_second=1, request_burst=1), clock)
    for uid in range(5000):
        clock.now += 0.01
        limiter.take(uid)
    assert len(limiter._buckets) < 1500


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.integers(1, 5), st.integers(1, 9))
def test_never_more_than_the_burst_and_the_rate(
    pauses: list[float], per_second: int, burst: int
) -> None:
    clock = Clock()
    limiter = RateLimiter(LimitsSection(requests_per_second=per_second, request_burst=burst), clock)
    started, taken = clock.now, 0
    for pause in pauses:
        clock.now += pause
        try:
            limiter.take(1)
            taken += 1
        except RateLimited as error:
            assert 0 < error.details["retry_after_s"] <= burst / per_second + 0.001
    assert taken <= burst + (clock.now - started) * per_second + 1e-6
