"""Wall time of ``cortex daemon ping``, the whole process with its interpreter."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterator

from benchmarks.programs import CORTEX, Bench
from benchmarks.report import Outcome, Result

LIMIT_MS = 90.0
RUNS, QUICK_RUNS = 41, 15


def run(bench: Bench) -> Iterator[Outcome]:
    """Run it again and again; the first time, which compiles, does not count."""
    with bench.cortexd() as daemon:
        environment = bench.user_environment(daemon)
        times = []
        for _ in range(1 + (QUICK_RUNS if bench.quick else RUNS)):
            started = time.perf_counter()
            command = [*CORTEX, "daemon", "ping"]
            subprocess.run(command, env=environment, check=True, capture_output=True)
            times.append((time.perf_counter() - started) * 1000)
    yield Result("command", "cortex daemon ping", statistics.median(times[1:]), LIMIT_MS, "ms")
