"""The readings minute by minute, and where they are heading.

The readings of a minute are averaged in memory and stored as one value of each series; a day
of values is kept.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from cortexd.rules import trends

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.alerts.store import Store
    from cortexd.config import ThresholdsSection

KEPT_MINUTES = 24 * 60
# Mounts that have a series; on a machine with more, the first ones.
MAX_MOUNTS = 64


class History:
    """The stored samples of this machine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sums: dict[str, tuple[float, int]] = {}
        self._mounts: list[str] = []
        self._valid_from = 0
        self._stored_minutes = 0

    def add_reading(self, source: str, reading: Any) -> None:
        """Add one reading to the current minute."""
        if source == "cpu":
            self._add("cpu", reading.percent)
            self._add("load", reading.load_1m)
        elif source == "memory":
            self._add("memory", reading.percent)
            self._add("swap", reading.swap_percent)
        elif source == "pressure":
            for name in ("cpu", "memory", "io"):
                if (value := reading[name]) is not None:
                    self._add(f"pressure_{name}", value)
        elif source == "disks":
            self._mounts = [disk["mount"] for disk in reading[:MAX_MOUNTS]]
            for disk in reading[:MAX_MOUNTS]:
                self._add(f"disk {disk['mount']}", disk["used_percent"])

    def store_minute(self, minute: int) -> None:
        """Store the means of a minute that is over; ``minute`` since the epoch."""
        means = {name: round(total / count, 2) for name, (total, count) in self._sums.items()}
        self._sums.clear()
        if means:
            self._store.add_samples(minute, means)
        self._stored_minutes += 1
        if self._stored_minutes % 60 == 1:
            self._store.delete_samples(minute - KEPT_MINUTES, minute + 1)

    def read_series(self, name: str, minute: int, minutes: int) -> list[tuple[int, float]]:
        """The last ``minutes`` of one series."""
        return self._store.read_samples(name, max(minute - minutes, self._valid_from))

    def read_all(self, minute: int, minutes: int) -> dict[str, list[tuple[int, float]]]:
        """The last ``minutes`` of every series."""
        return self._store.read_all_samples(max(minute - minutes, self._valid_from))

    def judge_trends(self, thresholds: ThresholdsSection, minute: int) -> Judgement:
        """Which disks will be full soon."""
        window = trends.WINDOW_MINUTES
        disks = {mount: self.read_series(f"disk {mount}", minute, window) for mount in self._mounts}
        return trends.judge(disks, thresholds)

    def restart(self, minute: int) -> None:
        """The clock was set: drop the samples before it, which do not fit those to come."""
        self._valid_from = minute
        self._sums.clear()
        self._store.delete_samples(minute - KEPT_MINUTES, minute)

    def _add(self, name: str, value: float) -> None:
        if not isfinite(value):  # no average, and SQLite stores it as no value at all
            return
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = total + value, count + 1
