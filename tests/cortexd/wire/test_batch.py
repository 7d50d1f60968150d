"""A JSON-RPC batch over the socket: one line for all, in order, notifications left out."""

from __future__ import annotations

import gc
import json
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortexd.access import Peer
from cortexd.api.dialects import Call
from cortexd.wire.batch import BatchSlot, Member
from cortexd.wire.slots import Slot
from tests.support.daemon import RunningDaemon, daemon
from tests.support.fake_llm import FakeLlm, say


def member(method: str, request_id: int | None, **params: object) -> dict[str, object]:
    request: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
    return request if request_id is None else {**request, "id": request_id}


def test_replies_come_as_one_line_in_the_order_of_the_requests(
    asked: RunningDaemon, llm: FakeLlm
) -> None:
    llm.chat = say("slow", wait=0.2)
    batch = [
        member("inference", 1, prompt="x", stream=True),  # its events have no line to go on
        member("ping", None),
        member("nope", 3),
        member("ping", 4),
    ]
    with asked.connect() as connection:
        connection.sendall(json.dumps(batch).encode() + b"\n" + b'{"command":"ping"}\n')
        lines = connection.makefile("rb")
        first, second, third = json.loads(lines.readline())
        assert json.loads(lines.readline())["data"] == {"pong": True}
    assert (first["id"], first["result"]["output"]) == (1, "slow")
    assert (second["id"], second["error"]["code"]) == (3, -32601)
    assert third == {"jsonrpc": "2.0", "result": {"pong": True}, "id": 4}


def test_a_batch_of_notifications_gets_no_reply(cortexd: RunningDaemon) -> None:
    with cortexd.session() as session:
        session.socket.sendall(json.dumps([member("ping", None)]).encode() + b"\n")
        session.send({"command": "ping", "id": "next"})
        assert session.line()["id"] == "next"


def test_a_batch_past_the_limit_is_refused_at_once(cortexd: RunningDaemon) -> None:
    with cortexd.session() as session:
        session.socket.sendall(json.dumps([member("help", 1)] * 33).encode() + b"\n")
        refused = session.line()
        assert (refused["jsonrpc"], refused["id"]) == ("2.0", None)
        assert refused["error"]["code"] == -32600
        assert refused["error"]["message"] == "the batch holds 33 requests; the limit is 32"
        assert refused["error"]["data"]["limit"] == 32
        session.socket.sendall(json.dumps([member("help", 1)] * 32).encode() + b"\n")
        assert len(json.loads(session.lines.readline())) == 32


def test_the_limit_on_batches_can_be_raised(tmp_path: Path) -> None:
    with daemon(tmp_path, {"limits": {"batch_size": 40}}) as cortexd, cortexd.session() as session:
        session.socket.sendall(json.dumps([member("ping", 1)] * 40).encode() + b"\n")
        assert len(json.loads(session.lines.readline())) == 40


def test_members_obey_the_limit_of_pending_requests(asked: RunningDaemon, llm: FakeLlm) -> None:
    """Sixty-four run at a time, however they came; the rest of them follows."""
    llm.chat = say("x", wait=0.05)
    batch = json.dumps([member("inference", 1, prompt="x")] * 32).encode() + b"\n"
    with asked.session() as session:
        session.socket.sendall(batch * 3)
        most = 0
        while not most or asked.call("llm.status")["queue"]["running"]:
            queue = asked.call("llm.status")["queue"]
            most = max(most, queue["running"] + queue["waiting"])
            time.sleep(0.01)
        for _ in range(3):
            assert len(json.loads(session.lines.readline())) == 32
    assert 0 < most < 64


def test_a_batch_of_what_cannot_be_run_is_one_reply(cortexd: RunningDaemon) -> None:
    with cortexd.session() as session:
        session.socket.sendall(b'[1,{"jsonrpc":"2.0","method":"health","id":2},{}]\n')
        first, second, third = json.loads(session.lines.readline())
        assert [first["error"]["code"], third["error"]["code"]] == [-32600, -32600]
        assert second["result"]["cpu_usage_percent"] >= 0


class Outlet:
    """A connection that counts what is held."""

    def __init__(self) -> None:
        self.peer = Peer(1, 0, 0)
        self.held = 0

    def hold(self, size: int) -> None:
        self.held += size

    def is_first(self, slot: Slot) -> bool:
        return True

    def send_event(self, slot: Slot, line: bytes) -> None:
        raise AssertionError("a batch sends no events")

    def send_ready(self) -> None:
        """Always."""

    async def wait_writable(self) -> None:
        """Always."""


class Seen(Member):
    """A member of which one can tell whether it is still there."""

    __slots__ = ("__weakref__",)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_an_answered_batch_keeps_nothing_of_its_members(no_collector: None) -> None:
    """A flood of batches took 190 MB: members and batch referred to each other."""
    outlet = Outlet()
    batch = BatchSlot(outlet, [])
    members = [Seen(batch, Call(id=number, has_id=True)) for number in range(2)]
    batch.members += members
    batch._unanswered = 2
    there = [weakref.ref(member) for member in members]
    while members:
        members.pop(0).take(b"{}")
    assert batch.reply == b"[{},{}]"
    assert outlet.held == len(batch.reply)
    assert [member() for member in there] == [None, None]
