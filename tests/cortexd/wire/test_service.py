"""Serving one client's requests: in order, within a bound, and none left at the end."""

from __future__ import annotations

import json
from pathlib import Path

from cortexd.wire.service import MAX_PENDING, WRITE_BYTES
from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import FakeLlm, hang, say

PING = {"command": "ping"}
ASK = {"command": "inference", "prompt": "x"}


def test_quick_replies_wait_for_slow_ones_before_them(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("late", wait=0.3)
    with asked.session() as session:
        session.send(*({**request, "id": n} for n, request in enumerate([PING, ASK, PING, ASK])))
        assert [session.reply()["id"] for _ in range(4)] == [0, 1, 2, 3]


def queued(cortexd: RunningDaemon) -> int:
    queue = cortexd.call("llm.status")["queue"]
    return int(queue["waiting"] + queue["running"])


def test_a_client_has_a_bounded_number_of_requests(tmp_path: Path, llm: FakeLlm) -> None:
    llm.chat = hang
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        with cortexd.session() as session:
            session.send(*[ASK] * (MAX_PENDING + 20))
            eventually(lambda: queued(cortexd) >= MAX_PENDING, "the client's requests are queued")
            assert queued(cortexd) == MAX_PENDING
        eventually(lambda: queued(cortexd) == 0, "work for a client that is gone is cancelled")


def test_many_replies_are_written_before_the_turn_ends(cortexd: RunningDaemon) -> None:
    count = 20
    with cortexd.session() as session:
        session.send(*[{"command": "help"}] * count)
        replies = [session.reply() for _ in range(count)]
    assert len(json.dumps(replies)) > 2 * WRITE_BYTES
    assert all(reply["status"] == "ok" for reply in replies)
