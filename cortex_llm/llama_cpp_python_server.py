"""Runs llama-cpp-python's own server with the manners of llama-server.

This program takes the flags that ``engines.launch`` gives, llama-server's. The server of
the package speaks the same OpenAI API, but clients of ours rely on more (docs/engines.md),
so this adds what it lacks, around it, not in it:

* GET /health and /props, and tags and n_ctx in /v1/models;
* ``response_format`` of the type json_schema, rewritten to the form the package knows;
  a request without a content type, which counts as JSON; one with an X-Request-Id that is
  no UUID, which the package would refuse (ids of a batch are none);
* a prompt above the context is HTTP 400 ``exceed_context_size_error`` with both numbers,
  in streams too: the package sends 200 first and then breaks off, so the start of every
  reply is held back until its first byte is there;
* ``cache_prompt: false`` in a request evaluates the whole prompt: by the time that a known one
  saves, a user could find out what another has asked;
* SIGTERM ends it within GRACE seconds with the exit status 0.

One request at a time; a later one waits. It is run as a file and imports nothing of this
package.
"""

# fastapi and uvicorn come with the package, which is optional; mypy runs without them:
# mypy: disable-error-code="import-not-found, untyped-decorator"

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

GRACE = 2  # seconds for replies under way when the server is told to stop
MAX_BODY = 16 << 20  # of a request: far above any prompt
TOO_LONG = re.compile(r"Requested tokens \((\d+)\) exceed context window of (\d+)")
CACHE_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # ggml's numbers of them
COMPLETIONS = ("/v1/chat/completions", "/v1/completions")
#: Whether the current request may use what was evaluated for the one before it.
may_reuse_prompt: ContextVar[bool] = ContextVar("may_reuse_prompt", default=True)


def parse(argv: list[str]) -> argparse.Namespace:
    """Read the flags; an unknown one is refused by name, with exit status 2."""
    parser = argparse.ArgumentParser("llama-cpp-python", allow_abbrev=False)
    parser.add_argument("--model", "-m", required=True)
    parser.add_argument("--alias", "-a", required=True)
    parser.add_argument("--tags", default="")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8085)
    parser.add_argument("--ctx-size", "-c", type=int, default=2048)
    parser.add_argument("--parallel", "-np", type=int, choices=[1], default=1)
    parser.add_argument("--threads", "-t", type=int, default=1)
    parser.add_argument("--threads-batch", "-tb", type=int)
    parser.add_argument("--batch-size", "-b", type=int, default=512)
    parser.add_argument("--gpu-layers", "-ngl", type=int, default=0)
    parser.add_argument("--chat-format")
    parser.add_argument("--cache-type-k", choices=sorted(CACHE_TYPES))
    parser.add_argument("--cache-type-v", choices=sorted(CACHE_TYPES))
    parser.add_argument("--verbose", "-v", action="store_true")
    return parser.parse_args(argv)


def _read_model_settings(options: argparse.Namespace) -> Any:
    from llama_cpp.server.settings import ModelSettings

    return ModelSettings(
        model=options.model,
        model_alias=options.alias,
        n_ctx=options.ctx_size,
        n_batch=options.batch_size,
        n_threads=options.threads,
        n_threads_batch=options.threads_batch or options.threads,
        n_gpu_layers=options.gpu_layers,
        chat_format=options.chat_format,
        type_k=CACHE_TYPES.get(options.cache_type_k),
        type_v=CACHE_TYPES.get(options.cache_type_v),
        flash_attn=options.cache_type_v not in (None, "f16"),  # which quantised values need
        logits_all=False,  # on by default: logits of every token, a vocabulary times the context
        verbose=options.verbose,
    )


def build(options: argparse.Namespace, api_key: str | None) -> Any:
    """Load the model and return the ASGI application."""
    from fastapi import APIRouter, Depends
    from fastapi.responses import JSONResponse
    from llama_cpp import Llama
    from llama_cpp.server import app as package
    from llama_cpp.server.errors import RouteErrorHandler
    from llama_cpp.server.settings import ServerSettings

    evaluate_whole_prompts(Llama)
    RouteErrorHandler.pattern_and_formatters[TOO_LONG] = lambda _, match: _too_long(match)
    server = ServerSettings(api_key=api_key, interrupt_requests=False)
    app = package.create_app(server_settings=server, model_settings=[_read_model_settings(options)])
    ours = APIRouter()
    key_needed = [Depends(package.authenticate)]

    @ours.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @ours.get("/props", dependencies=key_needed)
    async def props() -> dict[str, Any]:
        return {
            "default_generation_settings": {"n_ctx": options.ctx_size},
            "total_slots": 1,
            "model_alias": options.alias,
            "model_path": options.model,
        }

    entry = {
        "id": options.alias,
        "aliases": [options.alias],
        "tags": sorted(tag for tag in options.tags.split(",") if tag),
        "object": "model",
        "owned_by": "llamacpp",
        "meta": {"n_ctx": options.ctx_size},
    }

    @ours.get("/v1/models", dependencies=key_needed)
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [entry]}

    @ours.get("/v1/models/{model_id:path}", dependencies=key_needed)
    async def model_of_id(model_id: str) -> Any:
        if model_id == options.alias:
            return entry
        return JSONResponse({"error": _no_model(model_id)}, status_code=404)

    app.router.routes[:0] = ours.routes  # ahead of the package's own /v1/models
    return Manners(app)


def evaluate_whole_prompts(model_class: Any) -> None:
    """Have models forget the last prompt before a request that must not use it."""
    generate = model_class.generate

    def generate_afresh(model: Any, *arguments: Any, **options: Any) -> Any:
        if not may_reuse_prompt.get():
            model.reset()
        return generate(model, *arguments, **options)

    model_class.generate = generate_afresh


class Manners:
    """The ASGI layer around the package's application."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] not in COMPLETIONS:
            await self._app(scope, receive, send)
            return
        held: list[Message] = []
        started = False

        async def hold(message: Message) -> None:
            nonlocal started
            held.append(message)
            started = started or bool(message.get("body"))
            if started:
                await release()

        async def release() -> None:
            while held:
                await send(held.pop(0))

        try:
            await self._app(*await _with_known_format(scope, receive), hold)
            await release()
        except Exception as error:
            if started:
                raise
            status, body = _explain(error)
            await send(_start(status))
            await send({"type": "http.response.body", "body": json.dumps({"error": body}).encode()})


async def _with_known_format(scope: Message, receive: Receive) -> tuple[Message, Receive]:
    """Read the body and rewrite OpenAI's json_schema to the package's json_object."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    try:
        request = json.loads(body)
        may_reuse_prompt.set(request.get("cache_prompt") is not False)
        wanted = request["response_format"]
        if wanted["type"] == "json_schema":
            request["response_format"] = {
                "type": "json_object",
                "schema": wanted["json_schema"]["schema"],
            }
            body = json.dumps(request).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # what the package makes of it is its own affair
    replaced = {b"content-length": str(len(body)).encode(), b"content-type": b"application/json"}
    headers = [pair for pair in scope["headers"] if pair[0] not in {*replaced, b"x-request-id"}]
    headers += replaced.items()
    replayed = False

    async def replay() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return {**scope, "headers": headers}, replay


def _explain(error: BaseException) -> tuple[int, dict[str, Any]]:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match = TOO_LONG.search(str(error))
    if match:
        return _too_long(match)
    return 500, {"code": 500, "message": str(error), "type": "server_error"}


def _too_long(match: re.Match[str]) -> tuple[int, dict[str, Any]]:
    prompt, context = int(match[1]), int(match[2])
    return 400, {
        "code": 400,
        "message": f"request ({prompt} tokens) exceeds the available context size "
        f"({context} tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": prompt,
        "n_ctx": context,
    }


def _no_model(name: str) -> dict[str, Any]:
    message = f"The model {name[:100]!r} does not exist"
    return {"code": 404, "message": message, "type": "not_found_error"}


def _start(status: int) -> Message:
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    return {"type": "http.response.start", "status": status, "headers": headers}


def main() -> None:
    """Serve until a stop signal."""
    options = parse(sys.argv[1:])
    import uvicorn

    try:
        app = build(options, os.environ.get("LLAMA_API_KEY"))
    except ValueError as error:
        sys.stderr.write(f"error: the server did not start: {error}\n")
        sys.exit(1)
    where = (
        {"uds": options.host}
        if options.host.endswith(".sock")
        else {"host": options.host, "port": options.port}
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again when it has stopped
    settings = uvicorn.Config(
        app, log_level="info", access_log=False, timeout_graceful_shutdown=GRACE, **where
    )
    server = uvicorn.Server(settings)
    server.run()
    sys.stdout.flush()
    sys.stderr.flush()
    # the package's worker threads may still compute: there is no waiting for them
    os._exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
