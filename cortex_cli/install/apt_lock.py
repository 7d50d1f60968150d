"""Waits until apt's locks are free, and names the program that holds them.

apt and dpkg take POSIX locks.  The kernel names a lock's holder to anyone who may open the file
(root); others can find it in /proc/locks.  There is no event to wait for without taking the
lock, which would block apt itself: so this polls twice a second.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from pathlib import Path

from cortex_cli import output
from cortex_cli.errors import Failure

LOCKS = (
    Path("/var/lib/dpkg/lock-frontend"),
    Path("/var/lib/dpkg/lock"),
    Path("/var/cache/apt/archives/lock"),
)
POLL_S = 0.5
# An unattended upgrade may take this long.
TIMEOUT_S = 30 * 60.0
_FLOCK = "hhqqi4x"


def wait(locks: tuple[Path, ...] = LOCKS, timeout_s: float = TIMEOUT_S) -> None:
    """Return once no lock is held.

    Raises:
        Failure: one is still held after ``timeout_s``.
    """
    deadline = time.monotonic() + timeout_s
    announced_pid = None
    while lock_and_pid := find_holder(locks):
        lock, pid = lock_and_pid
        holder = f"{_read_process_name(pid)} (pid {pid})" if pid > 0 else "another program"
        if announced_pid != pid:
            output.talk(f"apt's lock {lock} is held by {holder}; waiting …")
            announced_pid = pid
        if time.monotonic() >= deadline:
            raise Failure(
                f"{holder} still holds apt's lock {lock} after {timeout_s:.0f} s",
                hint="wait for it to finish, then run the same command again",
            )
        time.sleep(POLL_S)


def find_holder(locks: tuple[Path, ...] = LOCKS) -> tuple[Path, int] | None:
    """Return the first held lock of ``locks`` and its holder's pid (0 or less: hidden from us)."""
    for lock in locks:
        try:
            pid = _query_holder(lock)
        except OSError:
            continue  # no such file: apt has never run here
        if pid is not None:
            return lock, pid
    return None


def _query_holder(lock: Path) -> int | None:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:
        return _look_up_holder(lock)
    try:
        request = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(descriptor, fcntl.F_GETLK, request))
    finally:
        os.close(descriptor)
    return None if kind == fcntl.F_UNLCK else pid


def _look_up_holder(lock: Path) -> int | None:
    status = lock.stat()
    inode = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if "->" not in fields and len(fields) > 5 and fields[5] == inode:
            return int(fields[4])
    return None


def _read_process_name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "another program"
