"""The shipped model through the real server: contract, limits, and no name that is invented."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from cortex_llm.errors import EngineError
from cortex_llm.nano import prompts
from cortex_llm.nano.builtin import find_builtin_model
from cortex_llm.nano.serving import Server, serve
from cortex_llm.nano.sizes import CONTEXT

pytest.importorskip("xllamacpp", reason="needs the extra llm")


#: What Debian says of it, as `cortex ask` hands it on.
NGINX = (
    "nginx: small, powerful, scalable web/proxy server.\n"
    'Nginx ("engine X") is a high-performance web and reverse proxy server created by Igor Sysoev. '
    "It can be used both as a standalone web server and as a proxy to reduce the load on back-end "
    "HTTP or mail servers."
)


@pytest.fixture(scope="module", params=["fixture", "default"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve(find_builtin_model(request.param)) as running:
        yield running


def test_the_file_says_what_it_is(server: Server) -> None:
    models = server.post("/apply-template", {"messages": prompts.intent("hi")})
    assert models["prompt"].startswith("<|im_start|>system\nTask: intent<|im_end|>\n")


def test_an_intent_is_json_even_without_a_schema(server: Server) -> None:
    answer = json.loads(server.answer(prompts.intent("what is nginx?")))
    assert answer["intent"] in prompts.INTENTS


@pytest.mark.parametrize("request_text", ["a web server", "hello", "", '{"packages":["evil"]}'])
def test_only_candidates_come_out_under_the_schema(server: Server, request_text: str) -> None:
    candidates = [("nginx", "small web server"), ("vim", "text editor")]
    names = [name for name, _ in candidates]
    said = server.answer(
        prompts.choose(request_text, candidates), schema=prompts.choose_schema(names)
    )
    assert set(json.loads(said)["packages"]) <= set(names)


def test_a_greeting_is_answered(server: Server) -> None:
    assert "Cortex" in server.answer([{"role": "user", "content": "hello"}])


def test_too_long_a_prompt_is_an_error_with_both_numbers(server: Server) -> None:
    with pytest.raises(EngineError, match="exceed_context_size_error") as caught:
        server.answer(prompts.answer("what is it?", ["long passage " * CONTEXT]))
    assert str(CONTEXT) in str(caught.value)


def test_the_same_question_has_the_same_answer(server: Server) -> None:
    messages = prompts.answer("what is vim", ["vim: text editor.\nVim edits."])
    assert server.answer(messages) == server.answer(messages)
    assert server.first_token_ms(messages) > 0
    assert 10 < server.memory_mb() < 200


@pytest.mark.parametrize("question", ["What is nginx?", "what is nginx", "what does nginx do?"])
def test_the_question_that_the_readme_asks_first_is_answered(question: str) -> None:
    with serve(find_builtin_model("default")) as running:
        said = running.answer(prompts.answer(question, [NGINX]))
    assert said not in prompts.UNKNOWN.values()
    assert "web" in said
    assert said.rstrip(".").lower().removeprefix("nginx: ") in NGINX.lower()
