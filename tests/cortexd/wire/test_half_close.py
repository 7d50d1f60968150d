"""White space keeps a half-closed client waiting; nobody else ever gets any."""

from __future__ import annotations

import json
import select
import socket
import time

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


def test_a_client_that_has_not_half_closed_gets_no_space(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("late", wait=1.2)
    for request in (INFERENCE, INFERENCE.strip()):
        with asked.connect() as connection:
            connection.sendall(request)
            assert not select.select([connection], [], [], 0.8)[0]
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
