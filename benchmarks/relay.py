"""What the relay before the model server costs: the same engine, asked with it and without.

The relay's side is the public socket, the other the engine's own. First tokens of a model
that takes no time itself, and the rate of one as large as the built-in.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil

from benchmarks.measure import connect
from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result
from benchmarks.stream_client import DIRECT, TIMEOUT_S, Stream, http_request, one_round
from tests.support.model_server import ModelServer

NAME = "relay"
FIRST_TOKEN_LIMIT_MS = {1: 0.5, 8: 1.5}  # eight in a burst wait for one thread, and for a core
RATE_LIMIT_PERCENT = 98.0
RSS_LIMIT_MIB = 16.0  # sizing.SUPERVISOR_BYTES: what MemoryMax= of the unit allows for it
STREAMS = (1, 8)
FIRST_TOKENS, FIRST_ROUNDS, QUICK_FIRST_ROUNDS = 4, 61, 21
RATE_TOKENS = {1: 192, 8: 64}
RATE_ROUNDS, QUICK_RATE_ROUNDS = 21, 7
PAUSE_S = 0.02  # the engine has let go of the last round

Round = dict[str, tuple[float, float]]


def run(bench: Bench) -> Iterator[Outcome]:
    """First tokens, then rates, of one stream and of eight; then the memory."""
    first_rounds = QUICK_FIRST_ROUNDS if bench.quick else FIRST_ROUNDS
    rate_rounds = QUICK_RATE_ROUNDS if bench.quick else RATE_ROUNDS
    for streams in STREAMS:
        many = f"{streams} at once" if streams > 1 else "one stream"
        with bench.model(small=True, parallel=streams, journalled=True) as server:
            rounds = list(ask(server, streams, FIRST_TOKENS, first_rounds))
            rss = psutil.Process(server.process.pid).memory_info().rss / (1 << 20)
        later = statistics.median(pair["relay"][0] - pair["engine"][0] for pair in rounds)
        note = f"without {statistics.median(pair['engine'][0] for pair in rounds):.1f} ms"
        what = f"first token through the relay comes later by, {many}"
        yield Result(NAME, what, later, FIRST_TOKEN_LIMIT_MS[streams], "ms", note=note)
        with bench.model(parallel=streams, journalled=True) as server:
            rounds = list(ask(server, streams, RATE_TOKENS[streams], rate_rounds))
        share = statistics.median(pair["relay"][1] / pair["engine"][1] * 100 for pair in rounds)
        note = f"without {statistics.median(pair['engine'][1] for pair in rounds):.0f}/s"
        what = f"tokens/s through the relay, of those without it, {many}"
        yield Result(NAME, what, share, RATE_LIMIT_PERCENT, "%", at_least=True, note=note)
    yield Result(NAME, "the relay's memory (RSS)", rss, RSS_LIMIT_MIB, "MiB")


def ask(server: ModelServer, streams: int, tokens: int, rounds: int) -> Iterator[Round]:
    """Take turns; of each round: (first token in ms, tokens per second)."""
    if server.socket_path is None:
        raise RuntimeError("the relay is before a Unix socket")
    ways = [
        ("relay", server.socket_path),
        ("engine", server.socket_path.parent / "engine/llm.sock"),
    ]
    numbers = itertools.count(1)  # no question comes twice: the server would remember it
    for number in range(-1, rounds):  # the first one warms up
        figures: Round = {}
        for name, path in ways if number % 2 else reversed(ways):
            time.sleep(PAUSE_S)
            request = http_request(next(numbers), tokens)
            figures[name] = one_round([partial(_stream, path)] * streams, request, tokens)
        if number >= 0:
            yield figures


def _stream(path: Path) -> Stream:
    return Stream(connect(path, TIMEOUT_S), DIRECT)
