"""inference, inference.batch, inference.cancel, llm.status over the socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import Exchange, FakeLlm, endless, hang, refuse, say


def test_aliases_and_inline_parameters(asked: RunningDaemon) -> None:
    assert asked.request({"command": "inference", "prompt": "a"})["data"]["output"] == "a"
    assert (
        asked.request({"method": "llm.infer", "params": {"prompt": "b"}})["result"]["output"] == "b"
    )


def test_events_in_every_dialect(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("a", "b")
    params = {"prompt": "x", "stream": True}
    with asked.session() as session:
        session.send({"jsonrpc": "2.0", "method": "inference", "params": params, "id": 5})
        first, second, reply = session.line(), session.line(), session.line()
        assert first["method"] == "token"
        assert first["params"]["id"] == 5
        assert second["params"] == {"id": 5, "text": "b"}
        assert reply["result"]["output"] == "ab"
        assert first["params"]["request_id"] == reply["result"]["request_id"]
        session.send({"method": "inference", "params": params, "id": "q"})
        assert session.line()["id"] == "q"
        assert session.reply()["result"]["output"] == "ab"
        session.send([{"jsonrpc": "2.0", "method": "inference", "params": params, "id": 1}])
        (only,) = session.line()  # a batch has one reply and no events
        assert only["result"]["output"] == "ab"  # type: ignore[index]


def test_a_notification_is_carried_out_in_silence(asked: RunningDaemon, llm: FakeLlm) -> None:
    with asked.session() as session:
        session.send(
            {"jsonrpc": "2.0", "method": "inference", "params": {"prompt": "x"}},
            {"jsonrpc": "2.0", "method": "ping", "id": 1},
        )
        assert session.line()["id"] == 1
    assert len(llm.seen) == 1


def test_batch_in_order_and_one_failure_spoils_no_other(asked: RunningDaemon, llm: FakeLlm) -> None:
    def script(exchange: Exchange) -> None:
        if exchange.prompt == "bad":
            refuse(400, {"error": {"message": "no"}})(exchange)
        else:
            say(exchange.prompt, wait=0.2 if exchange.prompt == "slow" else 0)(exchange)

    llm.chat = script
    outputs = asked.call("inference.batch", prompts=["slow", "bad", "quick"])["outputs"]
    assert outputs[0]["reply"]["output"] == "slow"
    assert outputs[1]["error"]["code"] == "INVALID_PARAMS"
    assert outputs[2]["reply"]["output"] == "quick"


def test_cancel_one_of_a_kind(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = endless
    with asked.session() as session:
        session.send({"command": "inference", "prompt": "x", "stream": True, "id": 77})
        request_id = session.line()["data"]["request_id"]
        assert asked.call("inference.cancel", request_id=request_id) == {
            "cancelled": True,
            "request_id": request_id,
        }
        error = session.reply()["error"]
        assert error["code"] == "CANCELLED"
        assert error["details"]["request_id"] == request_id
        assert llm.closed.get(timeout=20)
        session.send({"command": "ping"})  # the connection lives on
        assert session.line()["data"] == {"pong": True}
    assert asked.refused("inference.cancel", request_id=request_id)["code"] == "NOT_FOUND"


def test_cancel_while_waiting_and_whole_batches(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.props = b'{"total_slots":1}'
    llm.chat = hang
    with asked.session() as running, asked.session() as waiting, asked.session() as batch:
        running.send({"command": "inference", "prompt": "x", "id": "first"})
        eventually(lambda: llm.seen, "the model was asked")
        waiting.send({"command": "inference", "prompt": "y", "id": "second"})
        batch.send({"command": "inference.batch", "prompts": ["a", "b"], "id": "third"})
        eventually(lambda: asked.call("llm.status")["queue"]["waiting"] == 3, "all wait")
        assert asked.call("health")["inference_queue_size"] == 3
        for name, session in (("third", batch), ("second", waiting), ("first", running)):
            asked.call("inference.cancel", request_id=name)
            assert session.reply()["error"]["code"] == "CANCELLED"
    queue = asked.call("llm.status")["queue"]
    assert (queue["waiting"], queue["running"]) == (0, 0)
    assert len(llm.seen) == 1


def test_a_full_queue(tmp_path: Path, llm: FakeLlm) -> None:
    llm.props = b'{"total_slots":1}'
    llm.chat = hang
    settings = {"llm": {"url": llm.url}, "limits": {"queue_size": 2}}
    with daemon(tmp_path, settings) as cortexd, cortexd.session() as session:
        session.send(*[{"command": "inference", "prompt": "x"}] * 2)
        eventually(lambda: cortexd.call("llm.status")["queue"]["waiting"] == 1, "one waits")
        for command, params in (
            ("inference", {"prompt": "x"}),
            ("inference.batch", {"prompts": ["x"]}),
        ):
            error = cortexd.refused(command, **params)
            assert error["code"] == "DAEMON_BUSY"
            assert error["details"]["queue_size"] == 1
            assert error["details"]["retry_after_s"] >= 1


def test_the_rate_limit(tmp_path: Path, llm: FakeLlm) -> None:
    limits = {"requests_per_second": 0.001, "request_burst": 3}
    with daemon(tmp_path, {"llm": {"url": llm.url}, "limits": limits}) as cortexd:
        for _ in range(3):
            cortexd.call("inference", prompt="x")
        error = cortexd.refused("inference", prompt="x")
        assert error["code"] == "RATE_LIMITED"
        assert error["details"]["retry_after_s"] > 900
        assert cortexd.call("ping") == {"pong": True}  # only what is expensive is limited


def test_defaults_come_from_the_configuration(tmp_path: Path, llm: FakeLlm) -> None:
    settings = {"llm": {"url": llm.url, "max_tokens_per_request": 9, "temperature": 0.1}}
    with daemon(tmp_path, settings) as cortexd:
        cortexd.call("inference", prompt="x")
        body = llm.seen[-1].body
        assert (body["max_tokens"], body["temperature"]) == (9, 0.1)


@pytest.mark.parametrize("fields", [{}, {"request_id": 5}, {"request_id": "x" * 65}])
def test_cancel_refuses(cortexd: RunningDaemon, fields: dict[str, object]) -> None:
    assert cortexd.refused("inference.cancel", **fields)["code"] == "INVALID_PARAMS"
