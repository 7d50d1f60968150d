"""What is mounted where, from /proc/self/mountinfo; shared by the collectors of disks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.probes.machine import Machine

# File systems that hold no data of a disk; df is mostly asked about the others.
PSEUDO = frozenset(
    """
    proc sysfs devtmpfs devpts tmpfs cgroup cgroup2 securityfs debugfs tracefs pstore bpf configfs
    fusectl mqueue hugetlbfs efivarfs autofs binfmt_misc rpc_pipefs ramfs nsfs squashfs fuse.portal
    fuse.gvfsd-fuse selinuxfs
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system and where it is mounted."""

    point: str
    device: str
    type: str
    options: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes or inodes as ``df`` counts them; ``available`` is what ordinary users get."""

    size: int
    used: int
    available: int

    @property
    def percent(self) -> str:
        """The share that is used, rounded up as ``df`` does."""
        whole = self.used + self.available
        return f"{-(-100 * self.used // whole)}%" if whole else "-"


def mounts(machine: Machine) -> list[Mount]:
    """Every mount, a later one on the same point in place of an earlier one."""
    found: dict[str, Mount] = {}
    for line in machine.lines("/proc/self/mountinfo"):
        before, mark, after = line.partition(" - ")
        left, right = before.split(), after.split()
        if not mark or len(left) < 6 or len(right) < 2:
            continue
        point = _plain(left[4])
        found[point] = Mount(point, _plain(right[1]), right[0], left[5])
    return list(found.values())


def real(machine: Machine) -> list[Mount]:
    """The mounts that hold data, each device once, the shortest point of it."""
    found: dict[str, Mount] = {}
    for mount in sorted(mounts(machine), key=lambda one: len(one.point)):
        if mount.type not in PSEUDO:
            key = mount.device if mount.device.startswith("/") else mount.point
            found.setdefault(key, mount)
    return list(found.values())


def of_path(machine: Machine, path: str) -> Mount | None:
    """The mount that ``path``, which must exist, is on."""
    whole = os.path.realpath(path)
    parents = [
        mount
        for mount in mounts(machine)
        if whole == mount.point or whole.startswith(mount.point.rstrip("/") + "/")
    ]
    return max(parents, key=lambda mount: len(mount.point), default=None)


def space(machine: Machine, path: str) -> Usage | None:
    """Bytes on the file system of ``path``; None if it cannot be asked."""
    try:
        said = os.statvfs(machine.path(path))
    except OSError:
        return None
    size = said.f_blocks * said.f_frsize
    return Usage(size, size - said.f_bfree * said.f_frsize, said.f_bavail * said.f_frsize)


def inodes(machine: Machine, path: str) -> Usage | None:
    """Inodes on the file system of ``path``."""
    try:
        said = os.statvfs(machine.path(path))
    except OSError:
        return None
    return Usage(said.f_files, said.f_files - said.f_ffree, said.f_ffree)


def _plain(text: str) -> str:
    """``text`` without the escapes of mountinfo: a space is ``\\040``."""
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text
