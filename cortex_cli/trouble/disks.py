"""A direct look at the file systems: full, out of inodes, or mounted read-only against fstab.

A network file system whose server is gone would hold us up, so those are never touched; the
report says which were left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.finding import CHANGES
from cortex_cli.mounts import is_folder, measure, read_table
from cortex_cli.trouble.cause import CRITICAL, WARNING, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.lexicon import DISK
from cortex_cli.trouble.sayings import say

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from cortex_cli.finding import ShownCommand

GIB = 1 << 30
FULL_PERCENT, VERY_FULL_PERCENT = 90.0, 97.0
# Only these hold somebody's files; the rest are the kernel's own or parts of others.
LOCAL = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat"}
    | {"ntfs", "ntfs3", "fuseblk", "overlay", "tmpfs", "bcachefs"}
)


def find_causes(_environ: Mapping[str, str], language: str, root: Path) -> Iterator[Cause]:
    """What is wrong with the local file systems."""
    wanted = {mount.point: mount for mount in read_table(root / "etc/fstab")}
    seen: set[object] = set()
    for mount in read_table(root / "proc/mounts"):
        if mount.type not in LOCAL:
            continue
        planned = wanted.get(mount.point)
        intended = planned is not None and planned.is_read_only
        if mount.is_faulty or (mount.is_read_only and planned is not None and not intended):
            yield _report_read_only(mount.point, language)
        if not is_folder(mount.point) or (stat := measure(mount.point)) is None:
            continue  # a file that a container has from its host, or a mount that hangs
        device = Path(mount.point).stat().st_dev
        # A container's root shows the figures of the disk below it.
        same = (stat.f_blocks, stat.f_bfree, stat.f_files, stat.f_ffree)
        known = device in seen or (mount.type == "overlay" and same in seen)
        if not known and stat.f_blocks:
            seen |= {device, same}
            if not (mount.is_read_only and intended):  # else nobody can fill it up
                yield from _find_shortages(mount.point, stat, language)


def list_unseen(root: Path = Path("/")) -> list[str]:
    """The network file systems, which no look touches."""
    return [mount.point for mount in read_table(root / "proc/mounts") if mount.is_remote]


def _find_shortages(folder: str, stat: os.statvfs_result, language: str) -> Iterator[Cause]:
    used = stat.f_blocks - stat.f_bfree
    percent = 100 * used / ((used + stat.f_bavail) or 1)  # as df counts
    if percent >= FULL_PERCENT:
        free, total = (size_of(blocks * stat.f_frsize) for blocks in (stat.f_bavail, stat.f_blocks))
        text = say(language, "disk-full", mount=folder, percent=percent, free=free, total=total)
        severity = CRITICAL if percent >= VERY_FULL_PERCENT else WARNING
        yield Cause(DISK, severity, text, (), _list_cleanup_commands(folder), f"statvfs {folder}")
    inodes = 100 * (stat.f_files - stat.f_ffree) / stat.f_files if stat.f_files else 0.0
    if inodes >= FULL_PERCENT:
        name = "inodes" if inodes >= VERY_FULL_PERCENT else "inodes-soon"
        severity = CRITICAL if inodes >= VERY_FULL_PERCENT else WARNING
        text = say(language, name, mount=folder, percent=inodes)
        count = ("du", "--inodes", "-xd2", folder)
        counting = command(count, ("sort", "-rn"), ("head", "-20"), root=True)
        yield Cause(DISK, severity, text, (), (counting,), f"statvfs {folder}")


def _report_read_only(folder: str, language: str) -> Cause:
    text = say(language, "read-only", mount=folder)
    look = command(("journalctl", "-k", "-b", "-g", "I/O error|remount|EXT4-fs error"), root=True)
    remount = command(("mount", "-o", "remount,rw", folder), effect=CHANGES, root=True)
    return Cause(DISK, CRITICAL, text, (), (look, remount), "/proc/mounts")


def _list_cleanup_commands(folder: str) -> tuple[ShownCommand, ...]:
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
