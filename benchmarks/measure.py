"""Figures out of samples, and calm conditions to take them in.

Two things are compared in turns within one run, pair by pair, and the median of the
pairs' ratios counts: what disturbs the machine disturbs both.
"""

from __future__ import annotations

import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1024 * 1024
PING = b'{"command":"ping"}\n'


def percentile(samples: list[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ranked = sorted(samples)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


def paired(
    rounds: int, first: Callable[[], float], second: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Take both figures ``rounds`` times, changing which goes first."""
    figures: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            figures[which].append((first, second)[which]())
    return figures


def ratio(base: list[float], other: list[float]) -> float:
    """The median of ``other``/``base``, pair by pair."""
    return statistics.median(b / a for a, b in zip(base, other, strict=True))


def ping_times(connection: socket.socket, count: int) -> list[float]:
    """Microseconds of ``count`` pings, one after the other, on a connection."""
    times = []
    for _ in range(count):
        started = time.perf_counter_ns()
        connection.sendall(PING)
        reply = connection.recv(4096)
        times.append((time.perf_counter_ns() - started) / 1000)
        if b'"pong":true' not in reply or reply[-1:] != b"\n":
            raise RuntimeError(f"the reply is no pong: {reply[:200]!r}")
    return times


def connect(path: Path, timeout_s: float = 30.0) -> socket.socket:
    """A connection to a Unix socket."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    connection.connect(str(path))
    return connection


def exchange(path: Path, request: bytes) -> bytes:
    """Send one request and return all that comes back, up to the final line."""
    with connect(path) as connection:
        connection.sendall(request + b"\n")
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while data := connection.recv(65536):
            received += data
    return received


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM, as /proc counts it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory; has it ended?")


def two_cores() -> tuple[int, int]:
    """Two processors that we may use; the same one twice where there is but one."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[0], cores[1 % len(cores)]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this process, and every one that it starts meanwhile, on one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
