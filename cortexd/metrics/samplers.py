"""Readings of this machine, taken on demand; collects, never judges.

Everything comes from psutil and /proc; paths may point at copies in tests.  A value that the
machine does not expose is None, never a guess.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from cortexd.api.messages import Pressure


class CpuMeter:
    """CPU usage between two readings, in percent of all CPUs."""

    def __init__(self) -> None:
        self._last = self._read_times()
        self._percent = 0.0

    def read_percent(self) -> float:
        """Usage since the last reading; the last value again if no tick has passed."""
        busy, total = self._read_times()
        last_busy, last_total = self._last
        if total > last_total:
            self._percent = 100 * (busy - last_busy) / (total - last_total)
        if total != last_total:  # counters that went back, as after a migration, begin again
            self._last = busy, total
        return round(min(100.0, max(0.0, self._percent)), 1)

    @staticmethod
    def _read_times() -> tuple[float, float]:
        times = psutil.cpu_times()
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        return total - times.idle - getattr(times, "iowait", 0.0), total


def read_load() -> tuple[float, float, float]:
    """Load averages of 1, 5 and 15 minutes."""
    of_1, of_5, of_15 = os.getloadavg()
    return round(of_1, 2), round(of_5, 2), round(of_15, 2)


def read_pressure(root: Path = Path("/proc/pressure")) -> Pressure:
    """Pressure stall information, the ``some avg10`` figures."""
    return {
        "cpu": _read_some_avg10(root / "cpu"),
        "memory": _read_some_avg10(root / "memory"),
        "io": _read_some_avg10(root / "io"),
    }


def _read_some_avg10(path: Path) -> float | None:
    try:
        first = path.read_text().split("\n", 1)[0]
        return float(first.split("avg10=", 1)[1].split(None, 1)[0])
    except (OSError, IndexError, ValueError):  # not compiled in, disabled, or not readable
        return None


def count_processes() -> int:
    """How many processes are running."""
    return len(psutil.pids())


def count_open_files(path: Path = Path("/proc/sys/fs/file-nr")) -> int:
    """File handles in use on the whole machine."""
    return int(path.read_text().split()[0])


def is_reboot_required(path: Path = Path("/run/reboot-required")) -> bool:
    """Whether a package has requested a reboot, by Debian's convention."""
    return path.exists()
