"""cortexd's memory when idle, and what a million requests add to it.

Idle means: after status, llm.status and an answer of the model, plain and streamed, so
that everything is imported and every connection has been made once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import MIB, connect, exchange, resident_bytes
from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result

IDLE_LIMIT_MIB = 34.0
GROWTH_LIMIT_MIB = 2.0
REQUESTS, QUICK_REQUESTS = 1_000_000, 100_000
WARM_UP = 10_000
CONNECTIONS_IN = 100  # one request in so many has a connection of its own
SETTLE_S = 1.0

FIRST = (
    {"command": "status"},
    {"command": "llm.status"},
    {"command": "metrics"},
    {"command": "inference", "params": {"prompt": "Hello", "max_tokens": 16}},
    {"command": "inference", "params": {"prompt": "Hello", "max_tokens": 16, "stream": True}},
)
# A hundred requests as a daemon meets them, wrong ones too; each gets one line.
MIXED = (
    b'{"command":"ping"}\n' * 40
    + b'{"command":"version","id":7}\n' * 25
    + b'{"method":"ping","id":"a"}\n' * 15
    + b'{"jsonrpc":"2.0","method":"ping","id":1}\n' * 14
    + b'{"command":"ping","params":{"x":1}}\n' * 2
    + b'{"command":"pign"}\n{"command":\n[1,2\n{"a":NaN}\n'
)
IN_MIXED = MIXED.count(b"\n")


def run(bench: Bench) -> Iterator[Outcome]:
    """Ask everything once and look; ask a million times and look again."""
    requests = QUICK_REQUESTS if bench.quick else REQUESTS
    with bench.model(small=True) as server, bench.cortexd(server.url) as daemon:
        for request in FIRST:
            reply = exchange(daemon.socket, json.dumps(request).encode())
            if b'"status":"ok"' not in reply:
                raise RuntimeError(f"{request} was answered with {reply[:300]!r}")
        time.sleep(SETTLE_S)
        idle = resident_bytes(daemon.pid)
        yield Result("memory", "idle, everything imported", idle / MIB, IDLE_LIMIT_MIB, "MiB")
        ask_many(daemon.socket, WARM_UP)
        before = resident_bytes(daemon.pid)
        ask_many(daemon.socket, requests)
        growth = (resident_bytes(daemon.pid) - before) / MIB
    note = "quick mode: 1,000,000 without --quick" if bench.quick else ""
    title = f"growth over {requests:,} mixed requests"
    yield Result("memory", title, growth, GROWTH_LIMIT_MIB, "MiB", note=note)


def ask_many(path: Path, count: int) -> None:
    """Mixed requests on a connection that stays, some on connections of their own."""
    with connect(path) as connection:
        for _ in range(count // IN_MIXED):
            connection.sendall(MIXED)
            missing = IN_MIXED
            while missing:
                data = connection.recv(65536)
                if not data:
                    raise RuntimeError("the daemon closed the connection")
                missing -= data.count(b"\n")
            exchange(path, b'{"command":"ping"}')
