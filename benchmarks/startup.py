"""Time from cortexd's exec to its READY=1."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result

LIMIT_MS = 250.0
STARTS, QUICK_STARTS = 15, 7


def run(bench: Bench) -> Iterator[Outcome]:
    """Start it again and again; the first time, which compiles, does not count."""
    times = []
    for _ in range(1 + (QUICK_STARTS if bench.quick else STARTS)):
        with bench.cortexd() as daemon:
            times.append(daemon.ready_ms)
    yield Result("startup", "from exec to READY=1", statistics.median(times[1:]), LIMIT_MS, "ms")
