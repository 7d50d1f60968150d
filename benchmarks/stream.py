"""Tokens through the daemon against tokens straight from the model server.

The real model server, asked in turns with and without the daemon. The first token is that of
a question to a daemon that has not talked to the model server for more than a second, as a
person's question is. The rate is that of a model of the built-in one's size, 31 million
parameters: it counts from the question to the last token.
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
# The first token of a model that takes no time shows what the daemon adds; of a larger one
# it would be lost in what the model takes itself.
FIRST_TOKENS, FIRST_ROUNDS, QUICK_FIRST_ROUNDS = 4, 31, 13
PAUSE_S = 1.1  # past the second for which the daemon trusts what it knows
RATE_TOKENS = {1: 192, 8: 64}
RATE_ROUNDS, QUICK_RATE_ROUNDS = 21, 7

Figures = dict[str, list[float]]


def run(bench: Bench) -> Iterator[Outcome]:
    """First tokens, then rates; one stream, then eight at once."""
    first_rounds = QUICK_FIRST_ROUNDS if bench.quick else FIRST_ROUNDS
    rate_rounds = QUICK_RATE_ROUNDS if bench.quick else RATE_ROUNDS
    for streams in STREAMS:
        many = f"{streams} at once" if streams > 1 else "one stream"
        first = ask(bench, streams, FIRST_TOKENS, first_rounds, PAUSE_S, small=True)
        later = [pair["daemon"][0] - pair["direct"][0] for pair in first]
        yield Result(
            "stream",
            f"first token through the daemon comes later by, {many}",
            statistics.median(later),
            FIRST_TOKEN_LIMIT_MS,
            "ms",
            note=f"direct {statistics.median(pair['direct'][0] for pair in first):.1f} ms",
        )
        rate = ask(bench, streams, RATE_TOKENS[streams], rate_rounds, 0, small=False)
        share = [pair["daemon"][1] / pair["direct"][1] * 100 for pair in rate]
        yield Result(
            "stream",
            f"tokens/s through the daemon, of those without it, {many}",
            statistics.median(share),
            RATE_LIMIT_PERCENT,
            "%",
            at_least=True,
            note=f"direct {statistics.median(pair['direct'][1] for pair in rate):.0f}/s",
        )


def ask(
    bench: Bench, streams: int, tokens: int, rounds: int, pause_s: float, *, small: bool
) -> list[Figures]:
    """Let the client process take turns; of each round: [first token in ms, tokens/s]."""
    with bench.model(parallel=streams, small=small) as server, bench.cortexd(server.url) as daemon:
        figures = [streams, tokens, rounds, pause_s]
        client = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.stream_client"),
                *(f"127.0.0.1:{server.port}", str(daemon.socket), *map(str, figures)),
            ],
            cwd=CHECKOUT,
            capture_output=True,
            check=False,
            text=True,
        )
    if client.returncode:
        raise RuntimeError(f"the client failed: {client.stderr.strip().splitlines()[-1]}")
    return [json.loads(line) for line in client.stdout.splitlines()]
