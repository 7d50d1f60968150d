"""Minute by minute: what is kept of the readings, and what their course says.

Readings of a minute are averaged in memory and stored as one value of each series; a day
of them stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortexd.rules import trends

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.alerts.store import Store
    from cortexd.config import ThresholdsSection

KEPT_MINUTES = 24 * 60
# Mounts that have series of their own; a machine with more keeps the first.
MAX_MOUNTS = 64


class History:
    """The stored samples of this machine."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sums: dict[str, tuple[float, int]] = {}
        self._mounts: list[str] = []
        self._valid_from = 0
        self._kept = 0

    def note(self, source: str, reading: Any) -> None:
        """Take in one reading."""
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

    def keep(self, minute: int) -> None:
        """A minute is over: store its means."""
        means = {name: round(total / count, 2) for name, (total, count) in self._sums.items()}
        self._sums.clear()
        if means:
            self._store.add_samples(minute, means)
        self._kept += 1
        if self._kept % 60 == 1:
            self._store.drop_samples(minute - KEPT_MINUTES, minute + 1)

    def series(self, name: str, minute: int, minutes: int) -> list[tuple[int, float]]:
        """The last ``minutes`` of one series."""
        return self._store.samples(name, max(minute - minutes, self._valid_from))

    def all(self, minute: int, minutes: int) -> dict[str, list[tuple[int, float]]]:
        """The last ``minutes`` of every series."""
        return self._store.all_samples(max(minute - minutes, self._valid_from))

    def judge_trends(self, thresholds: ThresholdsSection, minute: int) -> Judgement:
        """What the course of the disks says."""
        window = trends.WINDOW_MINUTES
        disks = {mount: self.series(f"disk {mount}", minute, window) for mount in self._mounts}
        return trends.judge(disks, thresholds)

    def restart(self, minute: int) -> None:
        """The clock was set: what lies before does not fit what comes."""
        self._valid_from = minute
        self._sums.clear()
        self._store.drop_samples(minute - KEPT_MINUTES, minute)

    def _add(self, name: str, value: float) -> None:
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = total + value, count + 1
