"""What all tests share: nothing may be left behind by any of them."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

# What a test has let go of may take a moment to be gone: a killed grandchild, a thread's end.
SETTLE_S = 5.0


def pytest_configure() -> None:
    """A shell's ``&`` lets its jobs ignore Ctrl-C, and whatever they start: some tests press it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def children(pid: int | None = None) -> set[psutil.Process]:
    """Every descendant of ``pid``, or of this process.

    As the kernel lists them: psutil reads the whole of ``/proc``, twice for each of the tests.
    """
    descendants: set[psutil.Process] = set()
    for task in Path("/proc", str(pid or os.getpid()), "task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended
            for child in map(int, task.read_text().split()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    descendants |= {psutil.Process(child), *children(child)}
    return descendants


def descriptors() -> dict[int, str]:
    """Sockets and pipes of this process: descriptor -> what it is."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith(("socket:", "pipe:", "anon_inode:")):
            found[int(entry.name)] = target
    return found


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """No test may leave a child process, a thread, a socket or a pipe."""
    before = children(), set(threading.enumerate()), descriptors()
    yield
    deadline = time.monotonic() + SETTLE_S
    while left := _left(*before):
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.02)


def _left(
    processes: set[psutil.Process], threads: set[threading.Thread], fds: dict[int, str]
) -> list[object]:
    new_fds = [f"{fd} {target}" for fd, target in descriptors().items() if fds.get(fd) != target]
    return [
        *(children() - processes),
        *(set(threading.enumerate()) - threads),
        *new_fds,
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that boot machines come first: they take longest, and must not be left to the end."""
    items.sort(key=lambda item: "tests/systemd/" not in item.path.as_posix())


@pytest.fixture(scope="session")
def slow_tests() -> bool:
    """Whether the long variants run: CORTEX_SLOW_TESTS=1, as continuous integration sets it."""
    return os.environ.get("CORTEX_SLOW_TESTS") == "1"
