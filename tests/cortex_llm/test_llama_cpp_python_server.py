"""The ASGI layer by itself; with the package around it, it is tested in test_serve."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from cortex_llm.llama_cpp_python_server import (
    Manners,
    Message,
    Receive,
    Send,
    evaluate_whole_prompts,
    may_reuse_prompt,
    parse,
)

App = Callable[[Message, Receive, Send], Awaitable[None]]
CHAT = "/v1/chat/completions"


def call(app: App, body: bytes = b"{}", path: str = CHAT, chunk: int = 7) -> list[Message]:
    parts = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
    incoming = [
        {"type": "http.request", "body": part, "more_body": number < len(parts) - 1}
        for number, part in enumerate(parts)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "path": path, "headers": [(b"content-length", b"2")]}
    asyncio.run(Manners(app)(scope, receive, send))
    return sent


def start(status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": []}


def part(body: bytes, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def test_a_reply_passes_unchanged() -> None:
    messages = [start(), part(b"data: 1\n\n"), part(b"data: 2\n\n"), part(b"", more=False)]

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    assert call(app) == messages


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("ended", [False, True])
def test_a_stream_that_fails_before_its_first_byte_is_an_error_reply(
    wrapped: bool, ended: bool
) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(start())
        if ended:
            await send(part(b"", more=False))
        error = ValueError("Requested tokens (900) exceed context window of 512")
        raise ExceptionGroup("tasks", [error]) if wrapped else error

    sent = call(app)
    assert sent[0]["status"] == 400
    body = json.loads(sent[1]["body"])["error"]
    assert body["type"] == "exceed_context_size_error"
    assert (body["n_prompt_tokens"], body["n_ctx"]) == (900, 512)


def test_any_other_failure_is_500() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        raise RuntimeError("out of luck")

    sent = call(app)
    assert sent[0]["status"] == 500
    assert json.loads(sent[1]["body"])["error"]["message"] == "out of luck"


def test_a_stream_that_fails_later_breaks_off() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(start())
        await send(part(b"data: 1\n\n"))
        raise RuntimeError("late")

    with pytest.raises(RuntimeError, match="late"):
        call(app)


def seen(request: Any) -> tuple[Any, dict[bytes, bytes]]:
    """What the application gets of this request: its JSON and its headers."""
    got: list[Any] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        message = await receive()
        got.append(json.loads(message["body"]))
        got.append(dict(scope["headers"]))
        got.append((await receive())["type"])
        await send(start())

    call(app, json.dumps(request).encode())
    assert got[2] == "http.disconnect"
    return got[0], got[1]


def test_a_json_schema_is_rewritten() -> None:
    schema = {"type": "object"}
    openai = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    request, headers = seen({"response_format": openai})
    assert request == {"response_format": {"type": "json_object", "schema": schema}}
    assert headers[b"content-length"] == str(len(json.dumps(request))).encode()
    assert headers[b"content-type"] == b"application/json"


@pytest.mark.parametrize(
    "request_", [{"a": 1}, {"response_format": {"type": "text"}}, {"response_format": 3}, [1]]
)
def test_other_requests_are_left_alone(request_: Any) -> None:
    assert seen(request_)[0] == request_


def test_other_paths_are_left_alone() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["headers"] == [(b"content-length", b"2")]
        await send(start(204))

    assert call(app, path="/health") == [start(204)]


def test_flags(capsys: pytest.CaptureFixture[str]) -> None:
    needed = ["--model", "m", "--alias", "a"]
    options = parse([*needed, "--tags", "x,y", "--ctx-size", "512", "--parallel", "1"])
    assert (options.model, options.tags, options.ctx_size) == ("m", "x,y", 512)
    with pytest.raises(SystemExit, match="2"):
        parse([*needed, "--parallel", "2"])
    with pytest.raises(SystemExit, match="2"):
        parse([*needed, "--flash-attn"])
    assert "--flash-attn" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "resets"),
    [(b"{}", 0), (b'{"cache_prompt": true}', 0), (b'{"cache_prompt": false}', 1)],
)
def test_a_prompt_is_forgotten_where_the_request_says_so(body: bytes, resets: int) -> None:
    class Model:
        resets = 0

        def reset(self) -> None:
            self.resets += 1

        def generate(self, tokens: list[int], temp: float) -> tuple[list[int], float]:
            return tokens, temp

    evaluate_whole_prompts(Model)
    model = Model()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert await asyncio.to_thread(model.generate, [1], temp=0.5) == ([1], 0.5)

    call(app, body)
    assert model.resets == resets
    assert may_reuse_prompt.get()
