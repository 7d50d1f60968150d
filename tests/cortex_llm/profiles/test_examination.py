"""Ten questions to a server: scripted ones, and the real models."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cortex_llm.endpoint import UnixEndpoint
from cortex_llm.profiles.examination import TIME_LIMIT, ask_questions
from cortex_llm.profiles.verdict import Answer, judge_answers
from tests.cortex_llm.profiles.test_verdict import GOOD
from tests.support.fake_llm import Exchange, FakeLlm
from tests.support.model_server import model_server
from tests.support.real_models import GEMMA_BASE, SMOLLM2, require


def complete(exchange: Exchange, reason: str = "stop", **message: str | None) -> None:
    body = {"choices": [{"message": message, "finish_reason": reason}]}
    exchange.answer(200, json.dumps(body).encode())


def ask(llm: FakeLlm, time_limit: float = TIME_LIMIT) -> list[Answer]:
    assert llm.path is not None
    return ask_questions(UnixEndpoint(llm.path), None, time_limit)


def test_a_model_that_answers(tmp_path: Path) -> None:
    def script(exchange: Exchange) -> None:
        complete(exchange, content=GOOD[len(exchange.server.seen) - 1])

    with FakeLlm(tmp_path / "llm.sock", chat=script) as llm:
        assert judge_answers(ask(llm)).profile == "chat"
        sent = [exchange.body for exchange in llm.seen]
    assert all(body["temperature"] == 0 and body["max_tokens"] <= 32 for body in sent)
    assert [number for number, body in enumerate(sent) if "response_format" in body] == [4]


def test_thoughts_are_no_answer(tmp_path: Path) -> None:
    def script(exchange: Exchange) -> None:
        if len(exchange.server.seen) == 1:
            complete(exchange, content="<think>\nHm.\n</think>\n\nready")
        elif len(exchange.server.seen) == 2:
            complete(exchange, "length", content=None, reasoning_content="Hm, hello")
        else:
            complete(exchange, "length", content="<think> this takes long")

    with FakeLlm(tmp_path / "llm.sock", chat=script) as llm:
        first, second, third, *_ = ask(llm)
    assert (first.text.strip(), first.stopped) == ("ready", True)
    for answer in (second, third):
        assert (answer.text, answer.stopped, answer.reasoned) == ("", False, True)


def test_the_time_is_kept(tmp_path: Path) -> None:
    def script(exchange: Exchange) -> None:
        if len(exchange.server.seen) == 3:
            exchange.hang()
        else:
            complete(exchange, content="ready")

    with FakeLlm(tmp_path / "llm.sock", chat=script) as llm:
        started = time.monotonic()
        assert len(ask(llm, 1.0)) == 2
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'{"choices":[]}', b'{"choices":[{}]}'])
def test_a_server_that_answers_nonsense(tmp_path: Path, body: bytes) -> None:
    with (
        FakeLlm(tmp_path / "llm.sock", chat=lambda exchange: exchange.answer(200, body)) as llm,
        pytest.raises(ConnectionError, match="HTTP 200"),
    ):
        ask(llm)


@pytest.mark.parametrize(
    ("model", "flags", "expected"),
    [(SMOLLM2, (), "tiny"), (GEMMA_BASE, ("--chat-template", "gemma"), "base")],
    ids=["SmolLM2-135M-Instruct", "gemma-3-270m with a template that it was not trained on"],
)
def test_real_models(tmp_path: Path, model: Path, flags: tuple[str, ...], expected: str) -> None:
    env = {"CORTEX_LLM_CTX_SIZE": "1024", "CORTEX_LLM_PARALLEL": "1"}
    with model_server(tmp_path, model=require(model), unix=True, env=env, flags=flags) as server:
        assert server.socket_path is not None
        answers = ask_questions(UnixEndpoint(server.socket_path), None)
    verdict = judge_answers(answers)
    assert verdict.profile == expected, (verdict, answers)
