"""A ping's time against that of the least server that C can make, on one processor.

Client and servers share a processor: then a ping's time is the work that it takes, and not
the time that another processor needs to wake up, which is longer and the same for both.
"""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import on_core, paired, ratio, two_cores
from benchmarks.programs import Bench, c_compiler
from benchmarks.report import Outcome, Result, Skipped

LIMITS = {"connect": 3.0, "persistent": 4.5}
TITLES = {
    "connect": "ping, a connection per request, against C",
    "persistent": "ping, on one connection, against C",
}
PINGS = {"connect": 1000, "persistent": 3000}
ROUNDS, QUICK_ROUNDS = 21, 9


def run(bench: Bench) -> Iterator[Outcome]:
    """Take turns between the two servers."""
    if c_compiler() is None:
        reason = "no C compiler (apt-get install gcc libc6-dev)"
        for title in TITLES.values():
            yield Skipped("ping", title, reason)
        return
    core, _ = two_cores()
    rounds = QUICK_ROUNDS if bench.quick else ROUNDS
    with on_core(core), bench.baseline() as baseline, bench.cortexd() as daemon:
        client = bench.compiled("ping_client")
        for mode, title in TITLES.items():
            c, cortexd = paired(
                rounds, _timer(client, baseline, mode), _timer(client, daemon.socket, mode)
            )
            note = f"{statistics.median(cortexd):.1f} µs, C {statistics.median(c):.1f} µs"
            yield Result("ping", title, ratio(c, cortexd), LIMITS[mode], "times", note=note)


def _timer(client: str, path: Path, mode: str) -> Callable[[], float]:
    """What gives the median of one round, in microseconds."""

    def median() -> float:
        command = [client, str(path), mode, str(PINGS[mode])]
        output = subprocess.run(command, check=True, capture_output=True).stdout
        return statistics.median(int(time) for time in output.split()) / 1000

    return median
