"""Reads token streams from the model server and from the daemon, at the same cost for both.

    python -m benchmarks.stream_client HOST:PORT SOCKET STREAMS TOKENS ROUNDS PAUSE_S

A process of its own, one thread, raw sockets, nothing parsed: an event is recognised by the
bytes that only events have. A question connects first, with and without the daemon: it has
no choice, llama-server closes a connection after each stream. Prints one JSON line a round:
``{"direct": [first token in ms, tokens per second], "daemon": […]}``; with several streams
the first token is the median stream's, the rate that of all together.
"""

from __future__ import annotations

import itertools
import json
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import connect

TIMEOUT_S = 120.0
QUESTION = "Tell me about number {number:06d}."


@dataclass(frozen=True, slots=True)
class Dialect:
    """What tells the events of one kind of server apart."""

    token: bytes  # stands in every event that holds text, once
    final: bytes  # stands in what comes after the last of them
    end: bytes  # the last bytes of all


DIRECT = Dialect(b'"content":"', b"data: [DONE]", b"\r\n0\r\n\r\n")
DAEMON = Dialect(b'"event":"token"', b'"status":', b"}\n")


@dataclass(slots=True)
class Stream:
    """One connection, and what came on it in this round."""

    connection: socket.socket
    dialect: Dialect
    tokens: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    tail: bytes = b""
    ending: bool = False
    done: bool = False

    def read(self) -> None:
        """Take what has come; an event that is cut in two counts where it ends."""
        data = self.connection.recv(65536)
        now = time.perf_counter()
        if not data:
            raise RuntimeError(f"the stream ended early: {self.tail!r}")
        whole = self.tail + data
        if count := whole.count(self.dialect.token) - self.tail.count(self.dialect.token):
            self.first_at = self.first_at or now
            self.last_at = now
            self.tokens += count
        self.ending = self.ending or self.dialect.final in whole
        self.done = self.ending and whole.endswith(self.dialect.end)
        self.tail = whole[-64:]


def main() -> None:
    """Alternate between the two servers."""
    address, path, *figures_of_run = sys.argv[1:]
    streams, tokens, rounds = (int(figure) for figure in figures_of_run[:3])
    pause_s = float(figures_of_run[3])
    host, port = address.split(":")

    def direct() -> Stream:
        return Stream(socket.create_connection((host, int(port)), TIMEOUT_S), DIRECT)

    def daemon() -> Stream:
        return Stream(connect(Path(path), TIMEOUT_S), DAEMON)

    ways = [("direct", direct, http_request), ("daemon", daemon, daemon_request)]
    numbers = itertools.count(1)  # no question comes twice: the server would remember it
    for round_number in range(-1, rounds):  # the first one warms up
        figures = {}
        for name, connected, request in ways if round_number % 2 else reversed(ways):
            time.sleep(pause_s)
            text = request(next(numbers), tokens)
            figures[name] = one_round([connected] * streams, text, tokens)
        if round_number >= 0:
            print(json.dumps(figures), flush=True)


def one_round(
    connected: list[Callable[[], Stream]], request: bytes, tokens: int
) -> tuple[float, float]:
    """Ask on new connections at once; the median first token in ms, the rate of all."""
    group = []
    with selectors.DefaultSelector() as selector, ExitStack() as open_connections:
        started = time.perf_counter()
        for connect_one in connected:
            stream = connect_one()
            stream.connection.sendall(request)
            open_connections.enter_context(stream.connection)
            selector.register(stream.connection, selectors.EVENT_READ, stream)
            group.append(stream)
        while selector.get_map():
            ready = selector.select(TIMEOUT_S)
            if not ready:
                raise RuntimeError(f"no token within {TIMEOUT_S:g} s")
            for key, _ in ready:
                key.data.read()
                if key.data.done:
                    selector.unregister(key.fileobj)
    for stream in group:
        # one event may hold the end of a character and the next one's beginning
        if not 0.9 * tokens <= stream.tokens <= tokens:
            raise RuntimeError(f"{stream.tokens} of {tokens} tokens came: {stream.tail!r}")
    first = statistics.median(stream.first_at for stream in group) - started
    total = sum(stream.tokens for stream in group)
    return first * 1000, total / (max(stream.last_at for stream in group) - started)


def http_request(number: int, tokens: int) -> bytes:
    """What an OpenAI client would send."""
    body = json.dumps(
        {
            "messages": [{"role": "user", "content": QUESTION.format(number=number)}],
            "max_tokens": tokens,
            "temperature": 0.7,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    )
    return (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def daemon_request(number: int, tokens: int) -> bytes:
    """The same question in the daemon's words."""
    params = {"prompt": QUESTION.format(number=number), "max_tokens": tokens, "stream": True}
    request = {"command": "inference", "params": {**params, "temperature": 0.7}}
    return json.dumps(request).encode() + b"\n"


if __name__ == "__main__":
    main()
