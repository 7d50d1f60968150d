"""The mounted file systems that hold a disk's data, from /proc/self/mountinfo.

Parses bytes, because only the kernel's own separators separate: a no-break space is part of a
name.  Touches no mount, so a dead server cannot block it; it does not know how full one is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
# Read-only by nature, full by nature, or without users' data.
_PSEUDO_TYPES = frozenset(
    {"squashfs", "erofs", "cramfs", "romfs", "iso9660", "udf"}
    | {"overlay", "tmpfs", "devtmpfs", "ramfs", "autofs", "fuse.portal"}
)
# Has disks, although the kernel lists it among those without.
_OWN_DISKS = frozenset({"zfs"})
# Subvolumes have device numbers of their own.
_MANY_NUMBERS = frozenset({"btrfs", "bcachefs", "zfs"})
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_SEPARATOR = re.compile(rb"[ \t]+")
# What a file system says of itself after an error; ext4 keeps ``rw`` since Linux 6.15.
_FAULTS = frozenset({"emergency_ro", "shutdown"})


class Mount(NamedTuple):
    """One mount: ``point`` and ``device`` as ``os.fsdecode`` makes them.

    ``number`` is the file system's device number, ``root`` the folder or file of it that is
    mounted here; ``options`` are the mount's, ``super_options`` the whole file system's.
    """

    number: str
    root: str
    point: str
    device: str
    fstype: str
    options: frozenset[str]
    super_options: frozenset[str]

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written to the file system.

        The mount's own ``ro`` says less: systemd's ``ProtectSystem`` gives it to every mount
        that the daemon sees.
        """
        return "ro" in self.super_options or self.is_faulty

    @property
    def is_partial(self) -> bool:
        """Whether it shows a part of the file system: a bind mount."""
        return self.root != "/" and self.has_one_number

    @property
    def is_faulty(self) -> bool:
        """Whether the file system says that it stopped writing after an error."""
        return bool(self.super_options & _FAULTS)

    @property
    def has_one_number(self) -> bool:
        """Whether every file on it has the device number ``number``."""
        return self.fstype not in _MANY_NUMBERS


def read_mounts(proc: Path = PROC) -> list[Mount]:
    """Every mount that can be seen, the one on top of each point.

    Raises:
        OSError: the kernel's table cannot be read.
    """
    found: dict[str, Mount] = {}
    for line in (proc / "self/mountinfo").read_bytes().split(b"\n"):
        before, separator, after = line.partition(b" - ")
        left, right = before.split(b" "), after.split(b" ")
        if separator and len(left) > 5 and len(right) > 2:
            point = decode(left[4])
            found.pop(point, None)
            found[point] = Mount(
                left[2].decode("ascii", "replace"),
                decode(left[3]),
                point,
                decode(right[1]),
                right[0].decode("utf-8", "backslashreplace"),
                _split_options(left[5]),
                _split_options(right[2]),
            )
    return list(found.values())


def select_disks(mounts: list[Mount], proc: Path = PROC) -> list[list[Mount]]:
    """The mounts of each file system on a disk, the one that shows most of it first."""
    types = _read_disk_types(proc)
    groups: dict[str, list[Mount]] = {}
    for mount in mounts:
        if mount.fstype in types:
            groups.setdefault(f"{mount.number} {mount.device}", []).append(mount)
    return [
        sorted(group, key=lambda mount: (len(mount.root), len(mount.point), mount.point))
        for group in groups.values()
    ]


def read_expectations(fstab: Path) -> dict[str, bool]:
    """Whether /etc/fstab wants each mount point writable."""
    try:
        lines = fstab.read_bytes().split(b"\n")
    except OSError:
        return {}
    rows = (_SEPARATOR.split(line.strip()) for line in lines if not line.lstrip().startswith(b"#"))
    return {decode(row[1]): "ro" not in _split_options(row[3]) for row in rows if len(row) > 3}


def decode(field: bytes) -> str:
    """A field of mountinfo or fstab, whose spaces are written ``\\040``, as a file name."""
    return os.fsdecode(_ESCAPED.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), field))


def _split_options(field: bytes) -> frozenset[str]:
    return frozenset(field.decode("utf-8", "backslashreplace").split(","))


def _read_disk_types(proc: Path) -> frozenset[str]:
    """The types whose file systems lie on block devices."""
    lines = (proc / "filesystems").read_text(errors="replace").split("\n")
    listed = frozenset(line.strip() for line in lines if not line.startswith("nodev"))
    return (listed | _OWN_DISKS) - _PSEUDO_TYPES
