"""A small real file system in a file, mounted for one test.

    with loop_mount(tmp_path, mib=16) as mount: ...

Needs root and loop devices; ``NEEDS_LOOP`` is the marker for tests that do.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

TOOLS = ("mkfs.ext4", "mount", "umount", "losetup")


def why_not() -> str | None:
    if os.geteuid() != 0:
        return "needs root"
    if lacking := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"needs {', '.join(lacking)}"
    return None if Path("/dev/loop-control").exists() else "needs loop devices"


NEEDS_LOOP = [
    pytest.mark.root,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]


@contextlib.contextmanager
def loop_mount(
    folder: Path, *, mib: int = 16, inodes: int = 512, name: bytes = b"mount", reserved: int = 0
) -> Iterator[Path]:
    """``name`` is the mount's own, ``reserved`` percent of its blocks are kept for root."""
    image, mount = folder / "disk.img", folder / os.fsdecode(name)
    with image.open("wb") as file:
        file.truncate(mib * 2**20)
    mount.mkdir()
    make = [
        "mkfs.ext4",
        "-q",
        "-m",
        str(reserved),
        "-N",
        str(inodes),
        "-O",
        "^has_journal",
        str(image),
    ]
    subprocess.run(make, check=True, stdin=subprocess.DEVNULL)
    subprocess.run(["mount", "-o", "loop", str(image), str(mount)], check=True)
    try:
        yield mount
    finally:
        if mount.is_mount():
            subprocess.run(["umount", "--lazy", str(mount)], check=True)


def fill(mount: Path, share: float, name: str = "filler") -> Path:
    """Write a file so that ``share`` of the file system's space is used."""
    stat = os.statvfs(mount)
    used = stat.f_blocks - stat.f_bavail
    blocks = int(share * stat.f_blocks) - used
    path = mount / name
    with path.open("wb") as file:
        file.write(b"x" * max(0, blocks * stat.f_frsize))
        file.flush()
        os.fsync(file.fileno())
    return path


@contextlib.contextmanager
def silent_mount(folder: Path) -> Iterator[Path]:
    """A file system whose server never answers: FUSE without anybody who reads its requests."""
    image, point = folder / "silent.img", folder / "silent"
    image.write_bytes(bytes(2**20))
    point.mkdir()
    loop = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, check=True)
    device = loop.stdout.strip()
    server = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0,blksize=512".encode()
    try:
        if (
            ctypes.CDLL(None, use_errno=True).mount(
                device, os.fsencode(point), b"fuseblk", 0, options
            )
            != 0
        ):
            pytest.skip(f"no fuseblk here: {os.strerror(ctypes.get_errno())}")
        yield point
    finally:
        os.close(server)  # ends every request that waits
        subprocess.run(["umount", "--lazy", str(point)], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["losetup", "-d", device], check=True)


def break_down(mount: Path) -> None:
    """Have ext4 find an error, which turns it read-only (``errors=remount-ro``)."""
    subprocess.run(["mount", "-o", "remount,errors=remount-ro", str(mount)], check=True)
    found = subprocess.run(
        ["findmnt", "-no", "SOURCE", str(mount)], capture_output=True, text=True, check=True
    )
    trigger = Path("/sys/fs/ext4", Path(found.stdout.strip()).name, "trigger_fs_error")
    if not trigger.exists():
        pytest.skip("this kernel has no trigger for an error of ext4")
    trigger.write_text("a test\n")
