"""A direct look at the file systems: full, out of inodes, or mounted read-only against fstab.

A network file system whose server is gone would hold us up, so those are never touched; the
report says which were left out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES
from cortex_cli.trouble.cause import CRITICAL, WARNING, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.files import text_of
from cortex_cli.trouble.lexicon import DISK
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cortex_cli.finding import ShownCommand

GIB = 1 << 30
FULL_PERCENT, VERY_FULL_PERCENT = 90.0, 97.0
# Only these hold somebody's files; the rest are the kernel's own or parts of others.
LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat"}
    | {"ntfs", "ntfs3", "fuseblk", "overlay", "tmpfs", "bcachefs"}
)
OVER_THE_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "virtiofs", "lustre", "ocfs2"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.ceph-fuse", "davfs"}
)
_ESCAPED = expression(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """One line of /proc/mounts or /etc/fstab."""

    folder: str
    kind: str
    options: frozenset[str]


def causes(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    """What is wrong with the local file systems."""
    wanted = {mount.folder: mount for mount in read_mounts(root / "etc/fstab")}
    seen: set[object] = set()
    for mount in read_mounts(root / "proc/mounts"):
        if mount.kind not in LOCAL:
            continue
        if mount.folder in wanted and "ro" in mount.options - wanted[mount.folder].options:
            yield _read_only(mount.folder, language)
        try:
            stat = os.statvfs(mount.folder)
            device = Path(mount.folder).stat().st_dev
        except OSError:
            continue
        # A container's root shows the figures of the disk below it.
        same = (stat.f_blocks, stat.f_bfree, stat.f_files, stat.f_ffree)
        known = device in seen or (mount.kind == "overlay" and same in seen)
        if not known and stat.f_blocks and Path(mount.folder).is_dir():
            seen |= {device, same}
            yield from _shortage(mount.folder, stat, language)


def unseen(root: Path = Path("/")) -> list[str]:
    """The network file systems, which no look touches."""
    mounts = read_mounts(root / "proc/mounts")
    return [mount.folder for mount in mounts if mount.kind in OVER_THE_NETWORK]


def read_mounts(table: Path) -> list[Mount]:
    """The mounts of ``table``, in its order."""
    found = []
    for line in text_of(table).splitlines():
        fields = line.split()
        if len(fields) > 3 and not line.lstrip().startswith("#"):
            folder = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1])
            found.append(Mount(folder, fields[2], frozenset(fields[3].split(","))))
    return found


def _shortage(folder: str, stat: os.statvfs_result, language: str) -> Iterator[Cause]:
    used = stat.f_blocks - stat.f_bfree
    percent = 100 * used / ((used + stat.f_bavail) or 1)  # as df counts
    if percent >= FULL_PERCENT:
        free, total = (size_of(blocks * stat.f_frsize) for blocks in (stat.f_bavail, stat.f_blocks))
        text = say(language, "disk-full", mount=folder, percent=percent, free=free, total=total)
        severity = CRITICAL if percent >= VERY_FULL_PERCENT else WARNING
        yield Cause(DISK, severity, text, (), _freeing(folder), f"statvfs {folder}")
    inodes = 100 * (stat.f_files - stat.f_ffree) / stat.f_files if stat.f_files else 0.0
    if inodes >= FULL_PERCENT:
        name = "inodes" if inodes >= VERY_FULL_PERCENT else "inodes-soon"
        severity = CRITICAL if inodes >= VERY_FULL_PERCENT else WARNING
        text = say(language, name, mount=folder, percent=inodes)
        count = ("du", "--inodes", "-xd2", folder)
        counting = command(count, ("sort", "-rn"), ("head", "-20"), root=True)
        yield Cause(DISK, severity, text, (), (counting,), f"statvfs {folder}")


def _read_only(folder: str, language: str) -> Cause:
    text = say(language, "read-only", mount=folder)
    look = command(("journalctl", "-k", "-b", "-g", "I/O error|remount|EXT4-fs error"), root=True)
    remount = command(("mount", "-o", "remount,rw", folder), effect=CHANGES, root=True)
    return Cause(DISK, CRITICAL, text, (), (look, remount), "/proc/mounts")


def _freeing(folder: str) -> tuple[ShownCommand, ...]:
    """What shows the big folders; and on the disk of the system, what may go at once."""
    sizes = ("du", "-xhd2", folder)
    biggest = command(sizes, ("sort", "-rh"), ("head", "-20"), root=True)
    if folder != "/" and not folder.startswith("/var"):
        return (biggest,)
    return (
        biggest,
        command(("apt-get", "clean"), effect=CHANGES, root=True),
        command(("journalctl", "--vacuum-time=7d"), effect=CHANGES, root=True),
    )


def size_of(size: float) -> str:
    """``size`` bytes for a person."""
    return f"{size / GIB:.1f} GiB" if size >= GIB / 10 else f"{size / (1 << 20):.0f} MiB"
