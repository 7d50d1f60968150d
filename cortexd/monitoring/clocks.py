"""Three clocks, and what their differences show: that the machine slept, or its clock was set.

The steady clock stops while the machine sleeps and measures how long conditions last; the
wall clock dates alerts and can be set at any time.
"""

from __future__ import annotations

import time
from typing import NamedTuple

# Slewing and leap seconds move the wall clock by less.
JUMP_S = 30.0
SLEEP_S = 5.0


class Step(NamedTuple):
    """What happened since the last comparison, in seconds; 0 for nothing."""

    jumped: float
    slept: float


class Clocks:
    """Compares all three; the wall clock is an argument, so that tests can set it."""

    def __init__(self, wall: float | None = None) -> None:
        self._base_wall = (time.time() if wall is None else wall) - self._boottime()
        self._base_boot = self._boottime() - self.steady()

    @staticmethod
    def steady() -> float:
        """Seconds that the machine has been awake."""
        return time.monotonic()

    @staticmethod
    def _boottime() -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def compare(self, wall: float | None = None) -> Step:
        """Compare with the last time; ``wall`` in Unix seconds."""
        offset = (time.time() if wall is None else wall) - self._boottime()
        asleep = self._boottime() - self.steady()
        step = Step(offset - self._base_wall, asleep - self._base_boot)
        self._base_wall, self._base_boot = offset, asleep
        return Step(
            step.jumped if abs(step.jumped) > JUMP_S else 0.0,
            step.slept if step.slept > SLEEP_S else 0.0,
        )
