"""What is read from /proc and the kernel at every tick: processors, memory, disks, files.

Each source only collects; ``cortexd.rules`` judges.  ``root`` points at another /proc in
tests.  A reading of None says that the machine does not tell.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortexd.metrics import samplers

if TYPE_CHECKING:
    from cortexd.api.messages import DiskUsage, Pressure

PROC = Path("/proc")


class CpuReading(NamedTuple):
    """Use in percent of all processors since the last reading; load average of a minute."""

    percent: float
    load_1m: float
    load_5m: float
    cores: int


class MemoryReading(NamedTuple):
    """Percent and MiB; caches do not count as used."""

    percent: float
    used_mb: float
    total_mb: float
    swap_percent: float
    swap_used_mb: float
    swap_total_mb: float


class FilesReading(NamedTuple):
    """Open file handles and the kernel's limit."""

    used: int
    limit: int

    @property
    def percent(self) -> float:
        """Handles in use, of those that there may be."""
        return round(100 * self.used / self.limit, 1) if self.limit else 0.0


class Cpu:
    """Processors."""

    name = "cpu"

    def __init__(self) -> None:
        self._meter = samplers.CpuMeter()

    def missing(self) -> str | None:
        """Always there."""
        return None

    def read(self) -> CpuReading:
        """Use since the last reading."""
        load = samplers.load()
        return CpuReading(self._meter.percent(), load[0], load[1], os.cpu_count() or 1)


class Memory:
    """Memory and swap."""

    name = "memory"

    def missing(self) -> str | None:
        """Always there."""
        return None

    def read(self) -> MemoryReading:
        """Both at this moment."""
        return MemoryReading(*samplers.memory(), *samplers.swap())


class Disks:
    """Mounted file systems that can fill up."""

    name = "disks"

    def missing(self) -> str | None:
        """Always there."""
        return None

    def read(self) -> list[DiskUsage]:
        """All of them."""
        return samplers.disks()


class PressureStall:
    """The kernel's pressure stall information."""

    name = "pressure"

    def __init__(self, root: Path = PROC) -> None:
        self._folder = root / "pressure"

    def missing(self) -> str | None:
        """Why there is none."""
        return None if self._folder.is_dir() else "the kernel tells no pressure stall information"

    def read(self) -> Pressure:
        """The last ten seconds."""
        return samplers.pressure(self._folder)


class OpenFiles:
    """File handles of the whole machine."""

    name = "open_files"

    def __init__(self, root: Path = PROC) -> None:
        self._path = root / "sys/fs/file-nr"

    def missing(self) -> str | None:
        """Why they cannot be counted."""
        return None if self._path.exists() else f"there is no {self._path}"

    def read(self) -> FilesReading:
        """Used and limit."""
        used, _, limit = self._path.read_text().split()[:3]
        return FilesReading(int(used), int(limit))


class Reboot:
    """Whether a package has asked for a reboot, by Debian's convention."""

    name = "reboot"

    def __init__(self, folder: Path = Path("/run")) -> None:
        self._flag = folder / "reboot-required"

    def missing(self) -> str | None:
        """A flag that is not there is an answer too."""
        return None

    def read(self) -> list[str] | None:
        """The packages that asked, or None if none did."""
        if not self._flag.exists():
            return None
        try:
            names = self._flag.with_name("reboot-required.pkgs").read_text(errors="replace")
        except OSError:
            return []
        return sorted(set(names.split()))
