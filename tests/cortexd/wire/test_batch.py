"""A JSON-RPC batch over the socket: one line for all, in order, notifications left out."""

from __future__ import annotations

import json

from tests.support.daemon import RunningDaemon
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
