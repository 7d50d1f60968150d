"""What is mounted where, from /proc/self/mountinfo; shared by the collectors of disks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.mounts import Mount, ask, is_folder, measure, read_mountinfo

if TYPE_CHECKING:
    from cortex_cli.probes.machine import Machine

# File systems that hold no data of a disk; df is mostly asked about the others.
PSEUDO = frozenset(
    """
    proc sysfs devtmpfs devpts tmpfs cgroup cgroup2 securityfs debugfs tracefs pstore bpf configfs
    fusectl mqueue hugetlbfs efivarfs autofs binfmt_misc rpc_pipefs ramfs nsfs squashfs fuse.portal
    fuse.gvfsd-fuse selinuxfs erofs
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


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
    return read_mountinfo(machine.path("/proc/self/mountinfo"))


def real(machine: Machine) -> list[Mount]:
    """The mounts that hold data, each device once, the shortest point of it.

    In a container, single files of the host's disk are mounted; those are no disks here.
    """
    disks: dict[str, Mount] = {}
    for mount in sorted(mounts(machine), key=lambda one: len(one.point)):
        key = mount.device if mount.device.startswith("/") else mount.point
        is_disk = mount.type not in PSEUDO and key not in disks
        if is_disk and (mount.is_remote or is_folder(machine.path(mount.point))):
            disks[key] = mount
    return list(disks.values())


def of_path(machine: Machine, path: str) -> Mount | None:
    """The mount that ``path``, which must exist, is on."""
    whole = ask(lambda: os.path.realpath(path)) or os.path.abspath(path)  # noqa: PTH100
    parents = [
        mount
        for mount in mounts(machine)
        if whole == mount.point or whole.startswith(mount.point.rstrip("/") + "/")
    ]
    return max(parents, key=lambda mount: len(mount.point), default=None)


def space(machine: Machine, path: str) -> Usage | None:
    """Bytes on the file system of ``path``; None if it cannot be asked."""
    if (status := measure(machine.path(path))) is None:
        return None
    size = status.f_blocks * status.f_frsize
    used = max(0, size - status.f_bfree * status.f_frsize)
    return Usage(size, used, status.f_bavail * status.f_frsize)


def inodes(machine: Machine, path: str) -> Usage | None:
    """Inodes on the file system of ``path``."""
    if (status := measure(machine.path(path))) is None:
        return None
    return Usage(status.f_files, max(0, status.f_files - status.f_ffree), status.f_ffree)
