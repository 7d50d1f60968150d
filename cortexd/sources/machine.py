"""What is read from /proc and the kernel at every turn: CPUs, memory, disks, files, reboot.

Each source only collects; ``cortexd.rules`` judges.  ``root`` points at another /proc in
tests.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortexd.metrics import samplers
from cortexd.metrics.disks import DiskReader
from cortexd.metrics.memory import read_memory, read_swap

if TYPE_CHECKING:
    from cortexd.api.messages import DiskUsage, Pressure

PROC = Path("/proc")


class CpuReading(NamedTuple):
    """Usage of all CPUs since the last reading, in percent; load averages of 1 and 5 minutes."""

    percent: float
    load_1m: float
    load_5m: float
    cores: int


class MemoryReading(NamedTuple):
    """Percent and MiB; caches do not count as used, nor what is set aside for huge pages."""

    percent: float
    used_mb: float
    total_mb: float
    swap_percent: float
    swap_used_mb: float
    swap_total_mb: float
    set_aside_mb: float = 0.0


class FilesReading(NamedTuple):
    """Open file handles and the kernel's limit."""

    used: int
    limit: int

    @property
    def percent(self) -> float:
        """Handles in use, in percent of the limit."""
        return round(100 * self.used / self.limit, 1) if self.limit else 0.0


class Cpu:
    """CPU usage and load."""

    name = "cpu"

    def __init__(self) -> None:
        self._meter = samplers.CpuMeter()

    def explain_absence(self) -> str | None:
        """None: every machine has it."""
        return None

    def read(self) -> CpuReading:
        """Usage since the last reading."""
        load = samplers.read_load()
        return CpuReading(self._meter.read_percent(), load[0], load[1], os.cpu_count() or 1)


class Memory:
    """Memory and swap."""

    name = "memory"

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def explain_absence(self) -> str | None:
        """None: every machine has it."""
        return None

    def read(self) -> MemoryReading:
        """Memory and swap at this moment."""
        memory, swap = read_memory(self._root), read_swap(self._root)
        return MemoryReading(*memory[:3], *swap, memory.set_aside_mb)


class Disks:
    """Mounted file systems that can fill up."""

    name = "disks"

    def __init__(self, reader: DiskReader | None = None) -> None:
        self._reader = reader or DiskReader()

    def explain_absence(self) -> str | None:
        """None: every machine has it."""
        return None

    def read(self) -> list[DiskUsage]:
        """Space and inodes of each."""
        return self._reader.read()

    def leave_out_hung(self) -> str | None:
        """Leave out the mount that hangs."""
        return self._reader.leave_out_hung()


class PressureStall:
    """The kernel's pressure stall information."""

    name = "pressure"

    def __init__(self, root: Path = PROC) -> None:
        self._folder = root / "pressure"

    def explain_absence(self) -> str | None:
        """Why there is none, or None."""
        return (
            None
            if self._folder.is_dir()
            else "the kernel does not expose pressure stall information"
        )

    def read(self) -> Pressure:
        """Shares of the last ten seconds, in percent."""
        return samplers.read_pressure(self._folder)


class OpenFiles:
    """File handles of the whole machine."""

    name = "open_files"

    def __init__(self, root: Path = PROC) -> None:
        self._path = root / "sys/fs/file-nr"

    def explain_absence(self) -> str | None:
        """Why they cannot be counted, or None."""
        return None if self._path.exists() else f"{self._path} does not exist"

    def read(self) -> FilesReading:
        """Handles in use, and the limit."""
        used, _, limit = self._path.read_text().split()[:3]
        return FilesReading(int(used), int(limit))


class Reboot:
    """Whether a package has requested a reboot, by Debian's convention."""

    name = "reboot"

    def __init__(self, folder: Path = Path("/run")) -> None:
        self._flag = folder / "reboot-required"

    def explain_absence(self) -> str | None:
        """None: a flag that does not exist is a reading too."""
        return None

    def read(self) -> list[str] | None:
        """The packages that requested it, or None if none did."""
        if not self._flag.exists():
            return None
        try:
            names = self._flag.with_name("reboot-required.pkgs").read_text(errors="replace")
        except OSError:
            return []
        return sorted(set(names.split()))
