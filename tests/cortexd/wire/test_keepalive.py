"""White space keeps those clients waiting that would give up; nobody else ever gets any."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.daemon import RunningDaemon, read_to_end
from tests.support.fake_llm import FakeLlm, say

INFERENCE = b'{"command":"inference","prompt":"x"}\n'


def test_a_half_closed_client_gets_a_byte_before_socat_gives_up(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("late", wait=1.5)
    with asked.connect() as connection:
        connection.sendall(INFERENCE)
        connection.shutdown(socket.SHUT_WR)
        received = read_to_end(connection)
    spaces = len(received) - len(received.lstrip(b" "))
    assert spaces >= 3
    assert json.loads(received)["data"]["output"] == "late"


def test_a_client_that_sends_lines_gets_no_space(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("late", wait=2.7)
    with asked.connect() as connection:
        connection.sendall(INFERENCE)
        assert not select.select([connection], [], [], 2.3)[0]
        assert connection.recv(65536).startswith(b'{"status":"ok"')


def ask_like_the_documented_client(path: Path, request: object, timeout_s: float) -> bytes:
    """No newline, no half-close; reads until the value is whole or a ``recv`` takes too long."""
    received = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode())
        with contextlib.suppress(TimeoutError):
            while chunk := connection.recv(4096):
                received += chunk
                with contextlib.suppress(ValueError):
                    json.loads(received)
                    break
    return received


def ask_like_its_successor(path: Path, request: object, timeout_s: float) -> bytes:
    """The same, but reads until the daemon closes the connection."""
    received = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        connection.sendall(json.dumps(request).encode())
        with contextlib.suppress(TimeoutError):
            while chunk := connection.recv(4096):
                received += chunk
    return received


def test_the_documented_clients_get_an_answer_that_takes_longer_than_they_wait(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("late", wait=5.5)
    params = {"prompt": "x"}
    clients: list[tuple[Callable[[Path, object, float], bytes], object]] = [
        (ask_like_the_documented_client, {"command": "inference", "params": params}),
        (ask_like_its_successor, {"method": "llm.infer", "params": params}),
    ]
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [pool.submit(client, asked.socket_path, each, 5.0) for client, each in clients]
        received = [each.result() for each in running]
    for reply in received:
        assert reply.startswith(b"  ")
        answer = json.loads(reply)
        assert answer.get("data", answer.get("result"))["output"] == "late"


def test_spaces_end_once_a_newline_shows_that_the_client_sends_lines(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("late", wait=4.7)
    with asked.connect() as connection:
        connection.sendall(INFERENCE.strip())
        assert select.select([connection], [], [], 20)[0]
        assert connection.recv(10) == b" "
        connection.sendall(b"\n")
        assert connection.recv(65536).startswith(b'{"status":"ok"')


def test_a_late_half_close_counts_from_then(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("late", wait=1.5)
    with asked.connect() as connection:
        connection.sendall(INFERENCE)
        assert not select.select([connection], [], [], 0.6)[0]
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b" "
        assert json.loads(read_to_end(connection))["data"]["output"] == "late"


def test_a_slow_request_behind_many_quick_ones(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("late", wait=1.2)
    with asked.connect() as connection:
        connection.sendall(b'{"command":"ping"}\n' * 2000 + INFERENCE)
        connection.shutdown(socket.SHUT_WR)
        *pings, last = read_to_end(connection).splitlines()
        assert len(pings) == 2000
        assert last.startswith(b"  ")
        assert json.loads(last)["data"]["output"] == "late"


def test_spaces_do_not_break_a_stream(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("a", "b", "c", wait=0.5, between=0.5)
    with asked.connect() as connection:
        connection.sendall(b'{"command":"inference","prompt":"x","stream":true}\n')
        connection.shutdown(socket.SHUT_WR)
        lines = [json.loads(line) for line in read_to_end(connection).splitlines()]
    assert [line["data"].get("text") for line in lines] == ["a", "b", "c", None]
    assert lines[-1]["data"]["output"] == "abc"


def test_a_half_closed_client_that_leaves_is_noticed(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("never", wait=60)
    with asked.connect() as connection:
        connection.sendall(INFERENCE)
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)
    assert llm.closed.get(timeout=20)
