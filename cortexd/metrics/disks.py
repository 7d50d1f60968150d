"""Space and inodes of the file systems on this machine's disks, as ``df`` counts them.

Each file system is read once, at a folder that shows it whole; one that cannot be read costs
only itself.  A server across the network is never asked.  Collects, never judges; what
``/etc/fstab`` wants, and what was writable before, is part of the reading.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cortexd.identifiers import identify
from cortexd.metrics import mounts

if TYPE_CHECKING:
    from cortexd.api.messages import DiskUsage
    from cortexd.metrics.mounts import Mount

GIB = 1024**3
FSTAB = Path("/etc/fstab")
_ROOT = "/"
# Each mount that hangs keeps a thread; with more of them the disks are given up altogether.
MAX_HUNG = 4


class DiskReader:
    """Reads the disks, and remembers which were writable and which never answered."""

    def __init__(self, proc: Path = mounts.PROC, fstab: Path = FSTAB) -> None:
        self._proc = proc
        self._fstab = fstab
        self._writable: set[tuple[str, str]] = set()
        self._hung: set[str] = set()
        self._last: dict[str, DiskUsage] = {}
        self._asking: str | None = None

    def read(self) -> list[DiskUsage]:
        """Every file system on a disk, and always /, which comes first.

        Raises:
            OSError: the kernel's table of mounts cannot be read.
        """
        table = mounts.read_mounts(self._proc)
        expected = mounts.read_expectations(self._fstab)
        self._hung &= {mount.point for mount in table}
        groups = mounts.select_disks(table, self._proc)
        shown = [next(filter(self._shows_disk, group), None) for group in groups]
        chosen = [mount for mount in shown if mount is not None]
        if not any(mount.point == _ROOT for mount in chosen):
            chosen += [mount for mount in table if mount.point == _ROOT]
        usages = {
            mount.point: usage
            for mount in chosen
            if (usage := self._measure(mount, expected)) is not None
        }
        self._last = usages
        return sorted(usages.values(), key=lambda usage: usage["mount"])

    def leave_out_hung(self) -> str | None:
        """Leave out the mount whose reading never returned.

        None if none was being read, or if too many hang already.
        """
        point, self._asking = self._asking, None
        if point is None or len(self._hung) >= MAX_HUNG:
            return None
        self._hung.add(point)
        return identify(point)

    def _shows_disk(self, mount: Mount) -> bool:
        """Whether ``mount`` is a folder that can be seen and shows what can fill up.

        A container has single files of its host's disk mounted, and folders that it may only
        read; a mount below another one cannot be reached.
        """
        if mount.is_partial and "ro" in mount.options:
            return False
        if mount.point in self._hung:
            return mount.point in self._last
        self._asking = mount.point
        try:
            found = os.stat(mount.point)  # noqa: PTH116 - beside statvfs
        except (OSError, ValueError):
            return mount.point in self._last
        finally:
            self._asking = None
        number = f"{os.major(found.st_dev)}:{os.minor(found.st_dev)}"
        same = not mount.has_one_number or number == mount.number
        return stat.S_ISDIR(found.st_mode) and same

    def _measure(self, mount: Mount, expected: dict[str, bool]) -> DiskUsage | None:
        """The reading of one mount; of one that does not answer, the last."""
        usage = None
        if mount.point not in self._hung:
            self._asking = mount.point
            usage = measure(mount.point, mount.device, mount.fstype)
            self._asking = None
        if usage is None and (usage := self._last.get(mount.point)) is None:
            return None
        disk = mount.number, mount.device
        usage["read_only"] = mount.is_read_only
        usage["turned_read_only"] = mount.is_read_only and (
            mount.is_faulty or disk in self._writable or expected.get(mount.point, False)
        )
        if not mount.is_read_only:
            self._writable.add(disk)
        return usage


def measure(point: str, device: str, fstype: str) -> DiskUsage | None:
    """Space in GiB and inodes of one mount; None if it cannot be read or has no size."""
    try:
        found = os.statvfs(point)
    except (OSError, ValueError):
        return None
    if not found.f_blocks and point != _ROOT:
        return None
    used = max(0, found.f_blocks - found.f_bfree) * found.f_frsize
    available = min(found.f_bavail, found.f_blocks) * found.f_frsize
    return {
        "mount": identify(point),
        "device": identify(device),
        "fstype": fstype,
        "used_percent": _percent(used, used + available),
        "used_gb": round(used / GIB, 2),
        "available_gb": round(available / GIB, 2),
        "total_gb": round(found.f_blocks * found.f_frsize / GIB, 2),
        "inodes_percent": _percent(found.f_files - found.f_ffree, found.f_files),
        "read_only": False,
        "turned_read_only": False,
    }


def _percent(part: int, whole: int) -> float:
    return round(min(100.0, max(0.0, 100 * part / whole)), 1) if whole > 0 else 0.0
