"""A scripted model server, for faults that a real one does not produce on demand.

Real HTTP over TCP or a Unix socket, written by hand so that it can break every rule:

    with FakeLlm(tmp_path / "llm.sock") as llm:
        llm.chat = say("Hel", "lo")            # what every chat completion does
        llm.health = 503                       # it is loading

A script is a function of one ``Exchange``; it runs in the thread of its connection.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

THREAD_TIMEOUT = 10.0
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@dataclass
class Exchange:
    """One chat completion, from the server's side."""

    server: FakeLlm
    connection: socket.socket
    number: int  # of this request on its connection, from 0
    headers: dict[str, str]
    body: dict[str, Any]
    keep: bool = False

    @property
    def prompt(self) -> str:
        content: str = self.body["messages"][-1]["content"]
        return content

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def begin(self) -> None:
        self.raw(CHUNKED)

    def event(self, data: object) -> None:
        text = data if isinstance(data, bytes) else json.dumps(data).encode()
        line = b"data: " + text + b"\n\n"
        self.raw(b"%x\r\n%b\r\n" % (len(line), line))

    def token(self, text: str) -> None:
        self.event({"choices": [{"delta": {"content": text}}], "model": "fake"})

    def finish(self, tokens: int = 1, reason: str = "stop", speed: float | None = None) -> None:
        """End the answer; ``speed`` is what the server claims to have measured, per second."""
        self.event({"choices": [{"delta": {}, "finish_reason": reason}]})
        last: dict[str, Any] = {"choices": []}
        last["usage"] = {"prompt_tokens": 7, "completion_tokens": tokens}
        if speed is not None:
            last["timings"] = {"predicted_n": tokens, "predicted_ms": tokens * 1000 / speed}
        self.event(last)
        self.event(b"[DONE]")
        self.raw(b"0\r\n\r\n")
        self.keep = True

    def answer(self, status: int, body: bytes) -> None:
        """One whole response."""
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
        self.raw(head.encode() + body)
        self.keep = True

    def sleep(self, seconds: float) -> bool:
        """Wait; True as soon as the client or the server's end comes first."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self.server.stopping.is_set():
            if select.select([self.connection], [], [], min(left, 0.02))[0]:
                with contextlib.suppress(OSError):
                    return self.connection.recv(1, socket.MSG_PEEK) == b""
                return True
        return self.server.stopping.is_set()

    def hang(self) -> None:
        """Wait until the client goes away."""
        self.sleep(3600)


Script = Callable[[Exchange], None]


def say(
    *texts: str,
    wait: float = 0.0,
    between: float = 0.0,
    reason: str = "stop",
    speed: float | None = None,
) -> Script:
    """Answer with these tokens, after ``wait`` seconds, with pauses ``between`` them."""

    def script(exchange: Exchange) -> None:
        if wait and exchange.sleep(wait):
            return
        exchange.begin()
        for text in texts:
            exchange.token(text)
            if between and exchange.sleep(between):
                return
        exchange.finish(len(texts), reason, speed)

    return script


def echo(exchange: Exchange) -> None:
    """Answer with the prompt."""
    exchange.begin()
    exchange.token(exchange.prompt)
    exchange.finish()


def endless(exchange: Exchange) -> None:
    """Tokens until the client goes away; no two alike, since a loop ends an answer."""
    exchange.begin()
    for number in itertools.count(1):
        exchange.token(f"word{number} ")
        if exchange.sleep(0.005):
            return


def hang(exchange: Exchange) -> None:
    """Accept the request and say nothing."""
    exchange.hang()


def refuse(status: int, body: object) -> Script:
    """An HTTP error."""

    def script(exchange: Exchange) -> None:
        exchange.answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    return script


@dataclass
class FakeLlm:
    """One scripted server at ``path``, or on a free TCP port."""

    path: Path | None = None
    chat: Script = echo
    health: int | str = 200  # a status, or "hang"
    models: bytes = b'{"data":[{"id":"fake","tags":["cortex.profile=chat"]}]}'
    props: bytes = b'{"total_slots":4,"default_generation_settings":{"n_ctx":512}}'
    paths: list[str] = field(default_factory=list)
    seen: list[Exchange] = field(default_factory=list)
    closed: queue.Queue[float] = field(default_factory=queue.Queue)  # when exchanges ended early
    stopping: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    _threads: list[threading.Thread] = field(default_factory=list)
    _connections: set[socket.socket] = field(default_factory=set)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        self.stopping.clear()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._listener.bind(str(self.path))
            self.url = f"unix:{self.path}"
        else:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._listener.listen(64)
        self._run(self._accept)

    def stop(self) -> None:
        """Go away at once, every connection with it, as a killed server does."""
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(THREAD_TIMEOUT)
        self._threads.clear()
        self._listener.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _run(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.path is None:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(connection)
            self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as lines:
            number = 0
            while self._request(connection, lines, number):
                number += 1
        self._connections.discard(connection)

    def _request(self, connection: socket.socket, lines: Any, number: int) -> bool:
        """Serve one request; whether the connection stays."""
        request = lines.readline().decode("latin-1").split(" ")
        if len(request) < 3:
            return False
        headers = {}
        while (line := lines.readline().strip()) and b":" in line:
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = lines.read(int(headers.get("content-length", "0")))
        path = request[1]
        self.paths.append(path)
        exchange = Exchange(
            self, connection, number, headers, json.loads(body) if body else {}, keep=False
        )
        if path == "/health":
            if self.health == "hang":
                exchange.hang()
            else:
                exchange.answer(int(self.health), b"{}")
        elif path == "/v1/models":
            exchange.answer(200, self.models)
        elif path == "/props":
            exchange.answer(200, self.props)
        else:
            self.seen.append(exchange)
            try:
                self.chat(exchange)
            finally:
                if not exchange.keep:
                    self.closed.put(time.monotonic())
        return exchange.keep
