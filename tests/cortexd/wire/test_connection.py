"""One client's connection under attack: an error or a reply, never silence or a traceback."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.daemon import RunningDaemon, daemon, eventually, read_to_end
from tests.support.fake_llm import FakeLlm, endless, hang, say

PING = b'{"command":"ping"}'


@pytest.mark.parametrize(
    ("sent", "codes"),
    [
        (b"hello\n", ["INVALID_JSON"]),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ["INVALID_JSON", "INVALID_JSON"]),
        (b"\x16\x03\x01\x02\x00\x01", ["INVALID_JSON"]),
        (b"\0\0\0\n", ["INVALID_JSON"]),
        (b'{"command":"pi\0ng"}\n', ["INVALID_JSON"]),
        (b'{"command":"\xff"}\n', ["INVALID_JSON"]),
        (b'{"command":"inference","prompt":"\\ud800"}\n', ["INVALID_JSON"]),
        (b'{"command":"ping","command":"ping"}\n', ["INVALID_JSON"]),
        (b'{"command":"ping","id":NaN}\n', ["INVALID_JSON"]),
        (b'{"command":"ping"', ["INVALID_JSON"]),
        (b'{"command":\n"ping"}\n', ["INVALID_JSON", "INVALID_JSON"]),
        (b"[" * 60_000 + b"\n", ["INVALID_JSON"]),
        (b"[" * 100_000, ["REQUEST_TOO_LARGE"]),
        (b'{"a":' * 100_000 + b"\n" + PING, ["REQUEST_TOO_LARGE"]),
        (b'{"command":"' + b"x" * 10_000_000, ["REQUEST_TOO_LARGE"]),
        (b"x" * 10_000_000, ["INVALID_JSON", "REQUEST_TOO_LARGE"]),
        (b" " * 10_000_000 + PING, ["ok"]),
        (b"\n" * 1000 + PING, ["ok"]),
        (b"", []),
        (b" ", ["INVALID_JSON"]),
        (b" \r\n\t\n", ["INVALID_JSON"]),
        (b"\n" + PING + b"\n\n", ["ok"]),
        (PING + b"\n" + b"garbage\n" + PING, ["ok", "INVALID_JSON", "ok"]),
        (PING * 3, ["ok"] * 3),
    ],
)
def test_bad_input(cortexd: RunningDaemon, sent: bytes, codes: list[str]) -> None:
    assert cortexd.errors(sent) == codes


@pytest.mark.parametrize("depth", [128, 129, 500, 970, 984, 985, 986, 990, 1000, 20_000])
@pytest.mark.parametrize("inside", [b"1", b'"\\ud83d\\ude00"'])
@pytest.mark.parametrize("name", [b"prompt", b"json_schema", b"id"])
def test_nesting(cortexd: RunningDaemon, name: bytes, depth: int, inside: bytes) -> None:
    nested = b"[" * depth + inside + b"]" * depth
    (code,) = cortexd.errors(b'{"command":"inference","%b":%b}\n' % (name, nested))
    assert code in ("INVALID_JSON", "INVALID_PARAMS", "INVALID_REQUEST")


def test_too_large_ends_the_connection_once_it_is_told(cortexd: RunningDaemon) -> None:
    with cortexd.session() as session:
        session.socket.sendall(b'{"command":"' + b"x" * 70_000)
        error = session.line()["error"]
        assert error["code"] == "REQUEST_TOO_LARGE"
        assert error["details"]["limit"] == 65536
        assert session.ended()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from([PING, PING + b"\n", b"\n", b"{", b'"', b"[]\n", b"{}\n", b"\\", b"5 "]),
        max_size=12,
    )
)
def test_arbitrary_bytes_give_only_replies(cortexd: RunningDaemon, chunks: list[bytes]) -> None:
    with cortexd.connect() as connection:
        with contextlib.suppress(BrokenPipeError):
            for chunk in chunks:
                connection.sendall(chunk)
            connection.shutdown(socket.SHUT_WR)
        for line in read_to_end(connection).split(b"\n"):
            if line.strip():
                reply = json.loads(line)
                if "jsonrpc" in reply:  # an empty batch is JSON-RPC
                    assert ("result" in reply) != ("error" in reply)
                else:
                    assert (reply["status"] == "ok") == ("data" in reply)
    assert cortexd.call("ping") == {"pong": True}


def test_half_a_request_then_silence(tmp_path: Path) -> None:
    with daemon(tmp_path, {"limits": {"frame_timeout_sec": 0.3}}) as cortexd:
        with cortexd.session() as silent, cortexd.session() as idle:
            silent.send({"command": "ping"})
            assert silent.line()["status"] == "ok"
            silent.socket.sendall(b'{"command":')
            error = silent.line()["error"]
            assert error["code"] == "TIMEOUT"
            assert error["details"]["timeout_s"] == 0.3
            assert silent.ended()
            idle.send({"command": "ping"})  # idle time has no limit
            assert idle.line()["status"] == "ok"
        with cortexd.session() as drip:  # a byte now and then does not reset the clock
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for byte in b'{"command":"ping","id":"' + b"x" * 1000:
                    drip.socket.sendall(bytes([byte]))
                    if select.select([drip.socket], [], [], 0.05)[0]:
                        break
            assert drip.line()["error"]["code"] == "TIMEOUT"
        with cortexd.session() as garbage:  # the rest of its line counts as a frame too
            garbage.socket.sendall(b"hello")
            assert garbage.line()["error"]["code"] == "INVALID_JSON"
            assert garbage.line()["error"]["code"] == "TIMEOUT"


def test_the_frame_clock_stands_while_nothing_is_read(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = say("x", wait=0.02)
    limits = {"frame_timeout_sec": 0.3, "queue_size": 1000, "request_burst": 1000}
    with daemon(tmp_path, {"llm": {"url": llm.url}, "limits": limits}) as cortexd:
        with cortexd.session() as session:
            count = 200
            for number in range(count):
                request = {"command": "inference", "prompt": "x" * 3000, "id": number}
                session.send(request)  # far more than is read ahead; cut wherever reads end
            replies = [session.reply() for _ in range(count)]
            assert [reply["id"] for reply in replies] == list(range(count))
            assert {reply["status"] for reply in replies} == {"ok"}


def test_replies_come_in_order_and_the_slow_first_one_holds_the_others(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("slow", wait=0.3)
    with asked.session() as session:
        session.send({"command": "inference", "prompt": "a", "id": 1}, {"command": "ping", "id": 2})
        session.socket.sendall(b"garbage\n")
        session.send({"command": "inference", "prompt": "b", "id": 4}, {"command": "nope", "id": 5})
        assert [session.line().get("id") for _ in range(5)] == [1, 2, None, 4, 5]


def test_events_of_a_later_request_wait_for_their_turn(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = lambda exchange: say("x", "y", wait=0.5 * (exchange.prompt == "first"))(exchange)
    with asked.session() as session:
        session.send(
            {"command": "inference", "prompt": "first", "stream": True, "id": 1},
            {"command": "inference", "prompt": "second", "stream": True, "id": 2},
        )
        lines = [session.line() for _ in range(5)]
        assert [line["id"] for line in lines] == [1, 1, 1, 2, 2]
        # what nobody heard yet comes as one event
        assert [line["data"].get("text") for line in lines] == ["x", "y", None, "xy", None]


def test_requests_that_wait_for_their_turn_to_speak_hold_nothing_up(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    """The later ones go to the model first; the first one needs a slot before they may speak."""
    llm.props = b'{"total_slots":1}'
    llm.chat = say("a", "b")
    stream = {"command": "inference", "prompt": "x", "stream": True}
    batch = {"command": "inference.batch", "prompts": ["x", "y"]}
    with asked.session() as session:
        for _ in range(5):
            session.send(batch, stream, stream, batch, stream)
            replies = [session.reply() for _ in range(5)]
            assert [reply["status"] for reply in replies] == ["ok"] * 5


def test_a_client_with_a_hundred_thousand_pings_lets_others_through(cortexd: RunningDaemon) -> None:
    count = 100_000
    with cortexd.connect() as flood, cortexd.session() as other:
        flood.setblocking(False)
        unsent = memoryview((PING + b"\n") * count)
        replies = 0
        overtaken = 0
        asked = False
        while replies < count:
            readable, writable, _ = select.select([flood], [flood] if unsent else [], [], 30)
            assert readable or writable
            if writable:
                unsent = unsent[flood.send(unsent[:65536]) :]
            if readable:
                replies += flood.recv(65536).count(b"\n")
            if not asked and replies > 1000:
                other.send({"command": "ping"})
                asked = True
            if asked and not overtaken and select.select([other.socket], [], [], 0)[0]:
                overtaken = replies
        assert other.line()["status"] == "ok"
        assert 0 < overtaken < count  # answered long before the flood was through


def test_a_client_that_does_not_read_is_dropped(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = endless
    settings = {"llm": {"url": llm.url}, "limits": {"write_stall_sec": 0.5}}
    with daemon(tmp_path, settings) as cortexd, cortexd.connect() as stalled:
        stalled.setblocking(False)
        sent = 0
        deadline = time.monotonic() + 60
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() < deadline:
                try:
                    sent += stalled.send((PING + b"\n") * 1000)
                except BlockingIOError:
                    time.sleep(0.01)
                assert cortexd.call("ping") == {"pong": True}
            raise AssertionError("the client was not dropped")
        assert sent < 50_000_000  # it was not read on without bound
        assert "cortexd_connections_dropped_total 1\n" in cortexd.call("metrics")["text"]


def test_slow_and_silent_clients_delay_nobody(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = hang
    with contextlib.ExitStack() as stack:
        for sent in (b"", b"{", PING[:5], b"garbage", b'{"command":"inference","prompt":"x"}\n'):
            for _ in range(5):
                connection = stack.enter_context(asked.connect())
                connection.sendall(sent)
        for _ in range(20):
            assert asked.call("ping") == {"pong": True}


def was_asked(llm: FakeLlm, times: int) -> bool:
    return len(llm.seen) > times


@pytest.mark.parametrize("half_closed", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_the_model_stops_when_its_client_is_gone(
    asked: RunningDaemon, llm: FakeLlm, stream: bool, half_closed: bool
) -> None:
    llm.chat = endless
    took = []
    for attempt in range(3):  # the best of three: the machine may be busy
        with asked.session() as session:
            session.send({"command": "inference", "prompt": "x", "stream": stream})
            if half_closed:
                session.socket.shutdown(socket.SHUT_WR)
            eventually(partial(was_asked, llm, attempt), "the model was asked")
            if stream:
                session.line()
            time.sleep(0.05)
        gone = time.monotonic()
        took.append(llm.closed.get(timeout=20) - gone)
    assert min(took) < 0.2
    eventually(lambda: asked.call("llm.status")["queue"]["running"] == 0, "its turn is over")


def test_a_client_that_is_not_read_from_is_missed_too(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = endless
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        with cortexd.session() as session:  # more requests than are read ahead
            session.send(*[{"command": "inference", "prompt": "x"}] * 90)
            eventually(lambda: llm.seen, "the model was asked")
            time.sleep(0.1)
        assert llm.closed.get(timeout=20)
        status = cortexd.call("llm.status")["queue"]
        assert status["waiting"] == status["running"] == 0


def test_requests_of_a_client_that_is_gone_leave_the_queue(tmp_path: Path, llm: FakeLlm) -> None:
    """Several waiting turns cancelled at once, in whatever order their tasks end."""
    llm.chat = endless
    llm.props = b'{"total_slots":1}'
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        for _ in range(10):
            seen = len(llm.seen)
            with cortexd.session() as session:
                session.send(*[{"command": "inference", "prompt": "x"}] * 5)
                eventually(partial(was_asked, llm, seen), "the model was asked")
            eventually(lambda: cortexd.call("llm.status")["queue"]["running"] == 0, "all are gone")
            assert cortexd.call("llm.status")["queue"]["waiting"] == 0
