"""Pings a second when a client sends them without waiting for the replies, on one processor."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measure import PING, connect, on_core, two_cores
from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result

LIMIT = 60_000
REQUESTS, QUICK_REQUESTS = 100_000, 30_000
ROUNDS = 5
BLOCK = 1000  # requests in one send, so that the client's own work is small


def run(bench: Bench) -> Iterator[Outcome]:
    """The daemon on one processor, the client on another where there is one."""
    server_core, client_core = two_cores()
    count = QUICK_REQUESTS if bench.quick else REQUESTS
    with ExitStack() as stack:
        with on_core(server_core):
            daemon = stack.enter_context(bench.cortexd())
        with on_core(client_core):
            rates = [rate(daemon.socket, count) for _ in range(ROUNDS)]
    yield Result(
        "pipelined",
        "pipelined pings a second on one processor",
        statistics.median(rates),
        LIMIT,
        "/s",
        at_least=True,
    )


def rate(path: Path, count: int) -> float:
    """Requests a second, one thread sending and this one counting replies."""
    with connect(path) as connection:
        block = PING * BLOCK
        started = time.perf_counter()

        def send() -> None:
            for _ in range(count // BLOCK):
                connection.sendall(block)

        sender = threading.Thread(target=send)
        sender.start()
        replies = 0
        while replies < count:
            data = connection.recv(256 * 1024)
            if not data:
                raise RuntimeError(f"the connection ended after {replies} of {count} replies")
            replies += data.count(b"\n")
        took = time.perf_counter() - started
        sender.join()
    return count / took
