"""The model server misbehaves in every way it can; the client gets an error that says so."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon import RunningDaemon, daemon, eventually
from tests.support.fake_llm import (
    CHUNKED,
    Exchange,
    FakeLlm,
    Script,
    endless,
    hang,
    refuse,
    say,
)


@pytest.fixture(params=["unix", "tcp"])
def llm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeLlm]:
    with FakeLlm(tmp_path / "llm.sock" if request.param == "unix" else None) as server:
        yield server


def raw(data: bytes) -> Script:
    """Send these bytes and close."""
    return lambda exchange: exchange.raw(data)


def dies_after(tokens: int, ending: bytes = b"") -> Script:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        for _ in range(tokens):
            exchange.token("word ")
        exchange.raw(ending)

    return script


def events(*data: object) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        for one in data:
            exchange.event(one)
        exchange.raw(b"0\r\n\r\n")

    return script


def answers(asked: RunningDaemon, **params: Any) -> tuple[list[str], dict[str, Any]]:
    """The tokens that were streamed, and the final reply."""
    with asked.session() as session:
        params = {"prompt": "x", "stream": True, **params}
        session.send({"command": "inference", "params": params})
        tokens = []
        while "event" in (line := session.line()):
            tokens.append(line["data"]["text"])
        return tokens, line


def test_an_answer(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say("Hel", "lo")
    tokens, reply = answers(asked)
    data = reply["data"]
    assert tokens == ["Hel", "lo"]
    assert (data["output"], data["tokens_used"], data["prompt_tokens"]) == ("Hello", 2, 7)
    assert (data["finish_reason"], data["model"]) == ("stop", "fake")
    assert data["inference_time_ms"] >= data["time_to_first_token_ms"] > 0
    status = asked.call("llm.status")
    assert (status["state"], status["slots"], status["context_length"]) == ("ready", 4, 512)
    assert status["profile"] == "chat"


def test_what_is_asked_goes_over_the_wire(asked: RunningDaemon, llm: FakeLlm) -> None:
    schema = {"type": "object", "properties": {"big": {"const": 10**25}}}
    asked.call("inference", prompt="é", max_tokens=5, temperature=0, top_p=0.5, stop=["a"], seed=7,
               json_schema=schema)  # fmt: skip
    body = llm.seen[-1].body
    assert body["messages"] == [{"role": "user", "content": "é"}]
    assert (body["max_tokens"], body["temperature"], body["top_p"]) == (5, 0, 0.5)
    assert (body["stop"], body["seed"]) == (["a"], 7)
    assert body["response_format"]["schema"] == schema
    assert body["stream"] is True


@pytest.mark.parametrize(
    ("chat", "code", "says"),
    [
        (refuse(500, {"error": {"message": "boom"}}), "LLM_UNAVAILABLE", "HTTP 500: 'boom'"),
        (refuse(500, b"<html>\xff"), "LLM_UNAVAILABLE", "HTTP 500"),
        (refuse(502, b""), "LLM_UNAVAILABLE", "HTTP 502"),
        (refuse(404, b"{}"), "LLM_UNAVAILABLE", "HTTP 404"),
        (refuse(400, {"error": "no"}), "INVALID_PARAMS", "rejected the request: 'no'"),
        (refuse(401, {"error": {"message": "key"}}), "LLM_UNAVAILABLE", "rejected the API key"),
        (refuse(200, b"hello"), "LLM_UNAVAILABLE", "invalid response"),
        (refuse(200, b"{}"), "LLM_UNAVAILABLE", "invalid response"),
        (refuse(200, b""), "LLM_UNAVAILABLE", "disconnected after 0 tokens"),
        (raw(b"garbage\r\n\r\n"), "LLM_UNAVAILABLE", ""),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "LLM_UNAVAILABLE", ""),
        (raw(b""), "LLM_UNAVAILABLE", "disconnected after 0 tokens"),
        (raw(CHUNKED + b"zzz\r\n"), "LLM_UNAVAILABLE", ""),
        (events(b"{"), "LLM_UNAVAILABLE", "invalid response"),
        (events(b"[]"), "LLM_UNAVAILABLE", "invalid response"),
        (events(b"\xff"), "LLM_UNAVAILABLE", "invalid response"),
        (events({"choices": [{"delta": {"content": 5}}]}), "LLM_UNAVAILABLE", "invalid response"),
        (events({"error": {"message": "lost"}}), "LLM_UNAVAILABLE", "while answering: 'lost'"),
        (events({"error": "x"}), "LLM_UNAVAILABLE", "failed while answering: 'x'"),
        (events(b"[DONE]"), "LLM_UNAVAILABLE", "disconnected after 0 tokens"),
        (events(b"x" * 2_000_000), "LLM_UNAVAILABLE", "a line of more than"),
        (dies_after(3), "LLM_UNAVAILABLE", "disconnected after 3 tokens"),
        (dies_after(3, b"0\r\n\r\n"), "LLM_UNAVAILABLE", "disconnected after 3 tokens"),
        (dies_after(3, b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"), "LLM_UNAVAILABLE", "after 3 tokens"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_faults_of_an_answer(
    asked: RunningDaemon, llm: FakeLlm, chat: Script, code: str, says: str, stream: bool
) -> None:
    llm.chat = chat
    _, reply = answers(asked, stream=stream)
    assert reply["status"] == "error"
    assert reply["error"]["code"] == code
    assert says in reply["error"]["message"]
    llm.chat = say("fine")  # and the next request does not suffer for it
    assert asked.call("inference", prompt="x")["output"] == "fine"


def test_tokens_that_came_are_followed_by_the_error(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = dies_after(2)
    tokens, reply = answers(asked)
    assert tokens == ["word ", "word "]
    assert reply["error"]["details"]["tokens"] == 2


@pytest.mark.parametrize(
    "error",
    [
        {"code": 400, "type": "exceed_context_size_error", "n_prompt_tokens": 600, "n_ctx": 512,
         "message": "the request exceeds the available context size"},
        {"code": "context_length_exceeded", "message": "This model's maximum context length is "
         "512 tokens, however you requested 600 tokens (590 in your prompt)"},
    ],
)  # fmt: skip
def test_the_context_is_exceeded(asked: RunningDaemon, llm: FakeLlm, error: dict[str, Any]) -> None:
    llm.chat = refuse(400, {"error": error})
    reply = asked.refused("inference", prompt="x")
    assert reply["code"] == "CONTEXT_EXCEEDED"
    assert (reply["details"]["prompt_tokens"], reply["details"]["context_length"]) == (600, 512)
    assert "600" in reply["message"]
    assert "512" in reply["message"]


def test_absent_then_there_then_gone(asked: RunningDaemon, llm: FakeLlm) -> None:
    assert asked.call("inference", prompt="x")["output"] == "x"
    llm.stop()
    error = asked.refused("inference", prompt="x")
    assert error["code"] == "LLM_UNAVAILABLE"
    assert "no model server is listening" in error["message"]
    assert "cortex up" in error["details"]["hint"]
    eventually(lambda: asked.call("llm.status")["state"] == "absent", "its absence is noticed")
    if llm.path is not None:  # a TCP server comes back at another port
        llm.start()
        eventually(
            lambda: asked.request({"command": "inference", "prompt": "x"})["status"] == "ok",
            "its return is noticed",
        )


def test_loading_then_ready(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.health = 503
    assert asked.call("llm.status")["state"] == "loading"
    with asked.session() as session:
        session.send({"command": "inference", "prompt": "x"})
        time.sleep(0.3)
        assert not llm.seen
        llm.health = 200
        assert session.reply()["data"]["output"] == "x"


def test_loading_for_too_long(tmp_path: Path, llm: FakeLlm) -> None:
    llm.health = 503
    with daemon(tmp_path, {"llm": {"url": llm.url, "load_timeout_sec": 0.3}}) as cortexd:
        error = cortexd.refused("inference", prompt="x")
        assert error["code"] == "MODEL_NOT_LOADED"
        assert "still loading after 0.3 s" in error["message"]


def test_a_restart_between_two_requests(asked: RunningDaemon, llm: FakeLlm) -> None:
    """The server is known to be ready, and answers 503 all the same: it is waited for."""
    asked.call("inference", prompt="x")
    llm.health = 503
    llm.chat = refuse(503, {"error": {"message": "Loading model"}})
    with asked.session() as session:
        session.send({"command": "inference", "prompt": "y"})
        eventually(lambda: len(llm.seen) > 1, "the model was asked")
        llm.chat = say("back")
        llm.health = 200
        assert session.reply()["data"]["output"] == "back"


@pytest.mark.parametrize("stream", [True, False])
def test_hung(asked: RunningDaemon, llm: FakeLlm, stream: bool) -> None:
    llm.chat = hang
    _, reply = answers(asked, stream=stream, timeout_s=0.3)
    assert reply["error"]["code"] == "TIMEOUT"
    assert "the answer was incomplete after 0.3 s" in reply["error"]["message"]
    assert llm.closed.get(timeout=20)
    llm.chat = endless
    _, reply = answers(asked, stream=stream, timeout_s=0.3)
    assert reply["error"]["details"]["tokens"] > 0
    assert llm.closed.get(timeout=20)


def test_hung_before_it_says_how_it_is(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.health = "hang"
    error = asked.refused("inference", prompt="x")
    assert error["code"] == "LLM_UNAVAILABLE"
    assert "did not respond within 2 s" in error["message"]
    assert asked.call("ping") == {"pong": True}


@pytest.mark.parametrize(
    "models", [b"garbage", b"[]", b'{"data":5}', b'{"data":[5]}', b"\xff", b""]
)
def test_odd_descriptions_do_not_matter(asked: RunningDaemon, llm: FakeLlm, models: bytes) -> None:
    llm.models = llm.props = models
    assert asked.call("inference", prompt="x")["output"] == "x"


def test_a_stale_connection_is_replaced(asked: RunningDaemon, llm: FakeLlm) -> None:
    def close_on_reuse(exchange: Exchange) -> None:
        if exchange.number:
            return  # closes without a word
        say("fresh")(exchange)

    llm.chat = close_on_reuse
    for _ in range(4):
        assert asked.call("inference", prompt="x")["output"] == "fresh"


def test_the_api_key(tmp_path: Path, llm: FakeLlm) -> None:
    key = tmp_path / "key"
    key.write_text("sesame\n")
    settings = {"llm": {"url": llm.url, "api_key_file": str(key)}}
    with daemon(tmp_path, settings) as cortexd:
        cortexd.call("inference", prompt="x")
        assert llm.seen[-1].headers["authorization"] == "Bearer sesame"
        key.write_text("new")
        cortexd.call("inference", prompt="x")
        assert llm.seen[-1].headers["authorization"] == "Bearer new"
        for content in (b"\xff\xfe", b"a\r\nX-Evil: 1"):
            key.write_bytes(content)
            assert cortexd.refused("inference", prompt="x")["code"] == "LLM_UNAVAILABLE"
        key.unlink()
        assert "cannot read" in cortexd.refused("inference", prompt="x")["message"]
        assert "sesame" not in cortexd.log_text()


def test_switched_off_and_moved_by_reload(tmp_path: Path, llm: FakeLlm) -> None:
    with daemon(tmp_path, {"llm": {"url": llm.url}}) as cortexd:
        cortexd.call("inference", prompt="x")
        cortexd.configure({"llm": {"url": llm.url, "enabled": False}})
        cortexd.call("config.reload")
        error = cortexd.refused("inference", prompt="x")
        assert "the model is disabled" in error["message"]
        assert cortexd.call("llm.status")["state"] == "disabled"
        cortexd.configure({"llm": {"url": llm.url}})
        cortexd.call("config.reload")
        assert cortexd.call("inference", prompt="x")["output"] == "x"


def test_many_at_once_take_no_more_than_the_slots(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.props = b'{"total_slots":2}'
    most, now, lock = [0], [0], threading.Lock()

    def counted(exchange: Exchange) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        exchange.sleep(0.02)
        with lock:
            now[0] -= 1
        say(exchange.prompt)(exchange)

    llm.chat = counted
    with asked.session() as session:
        session.send(*({"command": "inference", "prompt": f"p{n}"} for n in range(30)))
        outputs = [session.reply()["data"]["output"] for _ in range(30)]
    assert outputs == [f"p{n}" for n in range(30)]
    assert most[0] == 2


def test_no_prompt_is_logged(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = refuse(400, {"error": {"message": "bad"}})
    asked.refused("inference", prompt="my secret diary")
    assert not re.search("secret diary", asked.log_text())
    assert json.dumps(asked.call("llm.status"))
