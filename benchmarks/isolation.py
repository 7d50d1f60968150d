"""What badly behaved clients do to the ping of a good one: nothing that can be felt.

Beside it stand a client that is silent in the middle of a request, one that sends a
request byte by byte, and one that asks for megabytes of replies and reads none.
"""

from __future__ import annotations

import contextlib
import statistics
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import PING, connect, paired, percentile, ping_times, ratio
from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result

# A turn of the loop holds at most 256 requests of one client; this is some of them, and
# far below what anybody notices.
SLOWEST_LIMIT_MS = 10.0
MEDIAN_LIMIT_PERCENT = 20.0
PINGS = 1000
ROUNDS, QUICK_ROUNDS = 9, 5
HELP = b'{"command":"help"}\n'  # the longest reply to the shortest question
BYTE_PAUSE_S = 0.002


def run(bench: Bench) -> Iterator[Outcome]:
    """Rounds beside the bad clients and alone, in turns."""
    slowest: list[float] = []
    with bench.cortexd() as daemon, connect(daemon.socket) as good:

        def alone() -> float:
            return statistics.median(ping_times(good, PINGS))

        def beside() -> float:
            with bad_clients(daemon.socket):
                times = ping_times(good, PINGS)
            slowest.append(percentile(times, 99.9) / 1000)
            return statistics.median(times)

        before, during = paired(QUICK_ROUNDS if bench.quick else ROUNDS, alone, beside)
    yield Result(
        "isolation",
        "slowest ping of 1,000 beside slow and silent clients",
        statistics.median(slowest),
        SLOWEST_LIMIT_MS,
        "ms",
    )
    note = f"{statistics.median(during):.0f} µs, alone {statistics.median(before):.0f} µs"
    change = (ratio(before, during) - 1) * 100
    title = "change of a ping's median by slow and silent clients"
    yield Result("isolation", title, change, MEDIAN_LIMIT_PERCENT, "%", note=note)


@contextlib.contextmanager
def bad_clients(path: Path) -> Iterator[None]:
    """The three of them, until the end of the block."""
    over = threading.Event()
    with connect(path) as silent, connect(path) as trickling, connect(path) as deaf:
        silent.sendall(PING[:9])
        deaf.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            for _ in range(1000):
                deaf.send(HELP * 100)

        def trickle() -> None:
            while not over.is_set():
                for byte in PING:
                    trickling.send(bytes([byte]))
                    if over.wait(BYTE_PAUSE_S):
                        return
                trickling.recv(4096)

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
