"""The TCP relay between real sockets: who gets to the model server, and who gives way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_llm.tcp_proxy import MAX_CONNECTIONS, MAX_RELAYED, TcpProxy

TIMEOUT_S = 10.0
QUESTION = (
    b"POST /v1/completions HTTP/1.1\r\nAuthorization: Bearer sesame\r\nContent-Length: 2\r\n\r\n{}"
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Bench:
    """A relay in a thread; the test is its clients and the model server."""

    def __init__(self, folder: Path) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.upstream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.upstream.bind(str(folder / "llm.sock"))
        self.upstream.listen(MAX_CONNECTIONS)
        self.upstream.settimeout(TIMEOUT_S)
        self._loop = asyncio.new_event_loop()
        self._proxy = TcpProxy("sesame", folder / "llm.sock")
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._open: list[socket.socket] = []

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            self._task = self._loop.create_task(self._proxy.serve(self._listening))
            with contextlib.suppress(asyncio.CancelledError):
                runner.run(_wait(self._task))

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(self._listening.getsockname(), TIMEOUT_S)
        client.sendall(sent)
        self._open.append(client)
        return client

    def accept(self) -> socket.socket:
        found, _ = self.upstream.accept()
        found.settimeout(TIMEOUT_S)
        self._open.append(found)
        return found

    def is_reached(self) -> bool:
        """Whether a connection waits at the model server."""
        self.upstream.setblocking(False)
        try:
            self._open.append(self.upstream.accept()[0])
        except BlockingIOError:
            return False
        finally:
            self.upstream.settimeout(TIMEOUT_S)
        return True

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        for sock in (*self._open, self._listening, self.upstream):
            sock.close()


async def _wait(task: asyncio.Task[None]) -> None:
    await task


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.close()


def read_all(client: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(65536):
            data += piece
    return data


def read(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (piece := source.recv(size - len(data))):
        data += piece
    return data


def test_with_the_key_bytes_pass_unchanged_both_ways(bench: Bench) -> None:
    client = bench.connect(QUESTION[:30])
    client.sendall(QUESTION[30:])
    engine = bench.accept()
    assert read(engine, len(QUESTION)) == QUESTION
    engine.sendall(ANSWER)
    assert read(client, len(ANSWER)) == ANSWER
    client.sendall(b"GET /health HTTP/1.1\r\n\r\n")  # the same connection, checked by the server
    assert read(engine, 5) == b"GET /"


def test_the_x_api_key_header_counts_too(bench: Bench) -> None:
    bench.connect(b"GET /v1/models HTTP/1.1\r\nX-Api-Key: sesame\r\n\r\n")
    assert read(bench.accept(), 3) == b"GET"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nAuthorization: Bearer wrong\r\n\r\n",
        b"GET /health HTTP/1.1\r\nAuthorization: Bearer\r\n\r\n",
        b"GET /?key=sesame HTTP/1.1\r\nCookie: sesame\r\n\r\n",
    ],
)
def test_without_the_key_nothing_reaches_the_model_server(bench: Bench, sent: bytes) -> None:
    said = read_all(bench.connect(sent))
    assert said.startswith(b"HTTP/1.1 401 Unauthorized\r\n")
    assert "API key" in json.loads(said.partition(b"\r\n\r\n")[2])["error"]["message"]
    assert not bench.is_reached()


def test_what_is_no_http_is_refused(bench: Bench) -> None:
    assert read_all(bench.connect(b"\x16\x03\x01")).startswith(b"HTTP/1.1 400 ")
    half = bench.connect(b"GET / HT")
    half.shutdown(socket.SHUT_WR)
    assert b"incomplete" in read_all(half)
    assert not bench.is_reached()


def test_idle_connections_keep_nobody_out(bench: Bench) -> None:
    """Three hundred of them without a key; the oldest give way."""
    idle = [bench.connect() for _ in range(300)]
    client = bench.connect(QUESTION)
    assert read(bench.accept(), len(QUESTION)) == QUESTION
    assert read_all(idle[0]) == b""
    assert not bench.is_reached()
    client.close()


def test_relayed_connections_are_bounded(bench: Bench) -> None:
    for _ in range(MAX_RELAYED):
        bench.connect(QUESTION)
        bench.accept()
    said = read_all(bench.connect(QUESTION))
    assert said.startswith(b"HTTP/1.1 503 ")
    assert f"the limit is {MAX_RELAYED}".encode() in said
    assert not bench.is_reached()


def test_relayed_connections_do_not_give_way(bench: Bench) -> None:
    client = bench.connect(QUESTION)
    engine = bench.accept()
    for _ in range(2 * MAX_CONNECTIONS):
        bench.connect()
    engine.sendall(ANSWER)
    assert read(client, len(ANSWER)) == ANSWER


def test_a_client_that_goes_frees_the_model_server(bench: Bench) -> None:
    bench.connect(QUESTION).close()
    engine = bench.accept()
    assert read(engine, len(QUESTION)) == QUESTION
    assert engine.recv(1) == b""


def test_the_end_of_a_reply_is_passed_on(bench: Bench) -> None:
    client = bench.connect(QUESTION)
    engine = bench.accept()
    engine.sendall(ANSWER)
    engine.close()
    assert read_all(client) == ANSWER


def test_a_model_server_that_is_away_is_said(bench: Bench) -> None:
    bench.upstream.close()
    said = read_all(bench.connect(QUESTION))
    assert said.startswith(b"HTTP/1.1 502 ")
    assert b"systemctl status cortex-llm.service" in said


def test_it_starts_by_its_socket_only() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "cortex_llm", "tcp-proxy"],
        capture_output=True, text=True, check=False,
        env={**os.environ, "CORTEX_LLM_ENV_FILE": "/dev/null"},
    )  # fmt: skip
    assert result.returncode == 2
    assert "sudo systemctl enable --now cortex-llm-tcp.socket" in result.stderr
