"""What is mounted where, from the kernel's tables, and how full it is.

Tables are parsed as bytes: only the kernel's own separators separate, a no-break space is part
of a name.  A mount that does not answer is left behind after ``TIMEOUT_S``; a server across the
network is better not asked at all (``OVER_THE_NETWORK``).
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# A local disk answers in milliseconds, one that has to spin up in seconds.
TIMEOUT_S = 3.0
OVER_THE_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "afs", "9p", "virtiofs", "lustre", "ocfs2"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.ceph-fuse", "davfs"}
)
# What a file system says of itself after an error; ext4 keeps ``rw`` since Linux 6.15.
_FAULTS = frozenset({"emergency_ro", "shutdown"})
_ESCAPED = expression(rb"\\([0-7]{3})")
_BLANK = expression(rb"[ \t]+")


class Mount(NamedTuple):
    """A file system and where it is mounted; names as ``os.fsdecode`` makes them."""

    point: str
    device: str
    type: str
    options: frozenset[str]

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written to it."""
        return "ro" in self.options or self.is_faulty

    @property
    def is_faulty(self) -> bool:
        """Whether it says that it stopped writing after an error."""
        return bool(self.options & _FAULTS)

    @property
    def is_remote(self) -> bool:
        """Whether asking it may wait for a server."""
        return self.type in OVER_THE_NETWORK


def read_mountinfo(path: Path) -> list[Mount]:
    """Every mount of a /proc/PID/mountinfo, the one on top of each point."""
    mounts: dict[str, Mount] = {}
    for line in _read_lines(path):
        before, separator, after = line.partition(b" - ")
        left, right = before.split(b" "), after.split(b" ")
        if separator and len(left) > 5 and len(right) > 2:
            options = _split(left[5]) | (_split(right[2]) & {"ro", *_FAULTS})
            mount = Mount(_decode(left[4]), _decode(right[1]), _decode(right[0]), options)
            mounts.pop(mount.point, None)
            mounts[mount.point] = mount
    return list(mounts.values())


def read_table(path: Path) -> list[Mount]:
    """The lines of /proc/mounts or /etc/fstab, in order; none if it cannot be read."""
    mounts = []
    for line in _read_lines(path):
        fields = _BLANK.split(line.strip(b" \t"))
        if len(fields) > 3 and not fields[0].startswith(b"#"):
            device, point, kind, options = fields[:4]
            mounts.append(Mount(_decode(point), _decode(device), _decode(kind), _split(options)))
    return mounts


def measure(path: str | Path, timeout_s: float = TIMEOUT_S) -> os.statvfs_result | None:
    """What ``statvfs`` says of ``path``; None if it fails or does not answer."""
    return ask(lambda: os.statvfs(path), timeout_s)


def is_folder(path: str | Path, timeout_s: float = TIMEOUT_S) -> bool:
    """Whether ``path`` is a folder that answers: a container has single files mounted."""
    return bool(ask(lambda: os.path.isdir(path), timeout_s))  # noqa: PTH112 - beside statvfs


def ask(question: Callable[[], T], timeout_s: float = TIMEOUT_S) -> T | None:
    """The answer to a call that may block; None if it fails or does not return in time.

    A call that hangs keeps its thread, which does not keep the program from ending.
    """
    answers: list[T] = []

    def call() -> None:
        try:
            answers.append(question())
        except (OSError, ValueError):
            return

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(timeout_s)
    return answers[0] if answers else None


def _read_lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\n")
    except OSError:
        return []


def _split(field: bytes) -> frozenset[str]:
    return frozenset(os.fsdecode(field).split(","))


def _decode(field: bytes) -> str:
    """A field of a table, whose spaces are written ``\\040``, as a file name."""
    return os.fsdecode(_ESCAPED.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), field))
