"""Tokens through the daemon against tokens straight from the model server.

The real model server with a model of the built-in one's size, asked in turns; the pair's
difference and ratio count, pair by pair. A question comes to a daemon that has not asked
the model server for more than a second, as a person's does.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result
from tests.support.model_server import CHECKOUT

FIRST_TOKEN_LIMIT_MS = 1.5
RATE_LIMIT_PERCENT = 98.0
STREAMS = (1, 8)
TOKENS = {1: 256, 8: 96}
ROUNDS, QUICK_ROUNDS = 15, 7
PAUSE_S = 1.1  # past the second for which the daemon trusts what it knows


def run(bench: Bench) -> Iterator[Outcome]:
    """One stream, then eight at once."""
    rounds = QUICK_ROUNDS if bench.quick else ROUNDS
    for streams in STREAMS:
        with bench.model(parallel=streams) as server, bench.cortexd(server.url) as daemon:
            numbers = [streams, TOKENS[streams], rounds, PAUSE_S]
            client = subprocess.run(
                [
                    *(sys.executable, "-m", "benchmarks.stream_client"),
                    *(f"127.0.0.1:{server.port}", str(daemon.socket), *map(str, numbers)),
                ],
                cwd=CHECKOUT,
                capture_output=True,
                check=False,
                text=True,
            )
        if client.returncode:
            raise RuntimeError(f"the client failed: {client.stderr.strip().splitlines()[-1]}")
        yield from judge(streams, [json.loads(line) for line in client.stdout.splitlines()])


def judge(streams: int, rounds: list[dict[str, list[float]]]) -> Iterator[Result]:
    """Both figures of one number of streams."""
    many = f"{streams} at once" if streams > 1 else "one stream"
    first = {way: [figures[way][0] for figures in rounds] for way in ("direct", "daemon")}
    rate = {way: [figures[way][1] for figures in rounds] for way in ("direct", "daemon")}
    later = [b - a for a, b in zip(first["direct"], first["daemon"], strict=True)]
    share = [b / a * 100 for a, b in zip(rate["direct"], rate["daemon"], strict=True)]
    yield Result(
        "stream",
        f"first token through the daemon comes later by, {many}",
        statistics.median(later),
        FIRST_TOKEN_LIMIT_MS,
        "ms",
        note=f"direct {statistics.median(first['direct']):.1f} ms",
    )
    yield Result(
        "stream",
        f"tokens/s through the daemon, of those without it, {many}",
        statistics.median(share),
        RATE_LIMIT_PERCENT,
        "%",
        at_least=True,
        note=f"direct {statistics.median(rate['direct']):.0f}/s",
    )
