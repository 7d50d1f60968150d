"""How often one user may start something expensive: a token bucket per uid.

Buckets that are full again are forgotten, so the table holds only users of the last few
seconds.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from cortexd.api.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortexd.config import LimitsSection

# Past this many users the full buckets are swept out.
_SWEEP_ABOVE = 1024


class RateLimiter:
    """Lets each uid start ``burst`` requests at once and ``per_second`` on average."""

    def __init__(self, limits: LimitsSection, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}  # uid -> tokens, when counted
        self.configure(limits)

    def configure(self, limits: LimitsSection) -> None:
        """Change the limits; tokens already taken stay taken."""
        self.per_second = limits.requests_per_second
        self.burst = limits.request_burst

    def take(self, uid: int, count: int = 1) -> None:
        """Take ``count`` tokens of ``uid``.

        Raises:
            RateLimited: there are too few; ``retry_after_s`` says when there will be enough.
        """
        now = self._clock()
        tokens = self._tokens(uid, now)
        if tokens < min(count, self.burst):
            wait = (min(count, self.burst) - tokens) / self.per_second
            raise RateLimited(
                f"too many requests from user {uid}; the limit is {self.per_second:g} a second "
                f"after a burst of {self.burst}",
                retry_after_s=math.ceil(wait * 1000) / 1000,
            )
        self._buckets[uid] = (tokens - count, now)
        if len(self._buckets) > _SWEEP_ABOVE:
            self._sweep(now)

    def _tokens(self, uid: int, now: float) -> float:
        tokens, counted = self._buckets.get(uid, (self.burst, now))
        return min(self.burst, tokens + (now - counted) * self.per_second)

    def _sweep(self, now: float) -> None:
        for uid in [uid for uid in self._buckets if self._tokens(uid, now) >= self.burst]:
            del self._buckets[uid]
