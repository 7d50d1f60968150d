"""Mixed traffic with clients that die at any moment; afterwards nothing has leaked."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
import time
from collections import Counter
from pathlib import Path

from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import Exchange, FakeLlm, endless, refuse, say

CLIENTS = 8
# What a process keeps of its busiest moment; a leak grows with every request.
RSS_GROWTH_MIB = 8.0


def moody(exchange: Exchange) -> None:
    """A model server that does everything there is, by the prompt's first letter."""
    match exchange.prompt[0]:
        case "e":
            endless(exchange)
        case "5":
            refuse(500, b"boom")(exchange)
        case "d":
            exchange.begin()
            exchange.token("half")
        case "s":
            say("slow", wait=0.05)(exchange)
        case _:
            say("a", "b", "c")(exchange)


def traffic(cortexd: RunningDaemon, dice: random.Random, until: float, seen: Counter[str]) -> None:
    while time.monotonic() < until:
        requests: list[object] = []
        for _ in range(dice.randint(1, 6)):
            stream = dice.random() < 0.5
            prompt = dice.choice(["fine", "fine", "slow", "5xx", "dies"])
            requests.append(dice.choice([
                {"command": "ping"},
                {"command": "health"},
                {"command": "help"},
                {"method": "status", "id": 1},
                {"command": "nope"},
                {"command": "inference", "prompt": prompt, "stream": stream},
                {"jsonrpc": "2.0", "method": "inference.batch", "id": 2,
                 "params": {"prompts": ["fine", prompt]}},
                [{"jsonrpc": "2.0", "method": "ping", "id": n} for n in range(5)],
            ]))  # fmt: skip
        data = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
        with (
            contextlib.suppress(BrokenPipeError, ConnectionResetError),
            cortexd.connect() as client,
        ):
            match dice.choice(["read", "read", "half-close", "die", "cut", "garbage", "endless"]):
                case "read":
                    client.sendall(data)
                    lines = client.makefile("rb")
                    due = len(requests)
                    while due:
                        line = lines.readline()
                        assert line, "closed before every reply had come"
                        due -= b'"event"' not in line[:12]
                    lines.close()
                    seen["answered"] += len(requests)
                case "half-close":
                    client.sendall(data)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
                    seen["half-closed"] += 1
                case "die":
                    client.sendall(data)
                    seen["died"] += 1
                case "cut":
                    client.sendall(data[: dice.randrange(len(data))])
                    seen["cut"] += 1
                case "garbage":
                    client.sendall(b"x" + dice.randbytes(500))
                    client.recv(100)
                    seen["garbage"] += 1
                case _:
                    client.sendall(b'{"command":"inference","prompt":"e","stream":true}\n')
                    client.recv(2000)
                    seen["endless"] += 1


def run_traffic(cortexd: RunningDaemon, seconds: float, seed: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    until = time.monotonic() + seconds
    failures: list[BaseException] = []

    def client(number: int) -> None:
        try:
            traffic(cortexd, random.Random(seed + number), until, seen)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    return seen


def test_mixed_traffic_leaves_nothing_behind(
    tmp_path: Path, llm: FakeLlm, slow_tests: bool
) -> None:
    llm.chat = moody
    limits = {"requests_per_second": 1e6, "request_burst": 1_000_000, "queue_size": 1000}
    with daemon(tmp_path, {"llm": {"url": llm.url}, "limits": limits}) as cortexd:
        run_traffic(cortexd, 2, seed=1)
        eventually(lambda: cortexd.call("status")["connections"] == 1, "all clients are gone")
        rss, descriptors = cortexd.rss_mib, cortexd.descriptors
        seen = run_traffic(cortexd, 60 if slow_tests else 4, seed=100)
        assert len(seen) == 6
        eventually(lambda: cortexd.call("status")["connections"] == 1, "all clients are gone")
        queue = cortexd.call("llm.status")["queue"]
        assert (queue["waiting"], queue["running"]) == (0, 0)
        eventually(lambda: cortexd.descriptors <= descriptors + 2, "descriptors are given back")
        assert cortexd.rss_mib < rss + RSS_GROWTH_MIB
        assert cortexd.call("inference", prompt="fine")["output"] == "abc"
