"""What 1,000 idle connections do to the ping of a busy one."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.measure import connect, on_core, paired, percentile, ping_times, ratio, two_cores
from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result

IDLE = 1000
LIMIT_PERCENT = 20.0
PINGS = 2000
WARM_UP = 1000  # opening and closing a thousand connections is not what is measured
ROUNDS, QUICK_ROUNDS = 41, 21


def run(bench: Bench) -> Iterator[Outcome]:
    """Rounds with and without the crowd, in turns."""
    core, _ = two_cores()
    with on_core(core), bench.cortexd() as daemon, connect(daemon.socket) as busy:

        def alone() -> float:
            ping_times(busy, WARM_UP)
            return percentile(ping_times(busy, PINGS), 99)

        def in_the_crowd() -> float:
            with ExitStack() as crowd:
                for _ in range(IDLE):
                    crowd.enter_context(connect(daemon.socket))
                return alone()

        without, within = paired(QUICK_ROUNDS if bench.quick else ROUNDS, alone, in_the_crowd)
    note = f"{statistics.median(within):.0f} µs, alone {statistics.median(without):.0f} µs"
    change = (ratio(without, within) - 1) * 100
    title = f"change of a ping's p99 by {IDLE:,} idle connections"
    yield Result("crowd", title, change, LIMIT_PERCENT, "%", note=note)
