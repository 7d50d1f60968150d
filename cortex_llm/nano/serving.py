"""Serves a model file with the wheel's engine, in private, and asks it; for evaluation.

The real server, over a Unix socket in a folder of its own, at temperature 0. It is a child
that ends with the `with` block.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cortex_llm import ready, xllamacpp_server
from cortex_llm.child import die_with
from cortex_llm.endpoint import UnixEndpoint, request
from cortex_llm.errors import EngineError
from cortex_llm.nano.prompts import Messages
from cortex_llm.nano.sizes import CONTEXT

START_TIMEOUT = 60.0  # loading takes 0.1 s; importing the engine on two busy cores, seconds
ANSWER_TIMEOUT = 60.0
MAX_TOKENS = 160  # the longest right answer, a sentence of a description, has 120
THREADS = 1  # two threads on two busy cores wait for each other


@dataclass(frozen=True)
class Server:
    """A running server."""

    endpoint: UnixEndpoint
    process: subprocess.Popen[bytes]
    load_ms: float

    def chat(
        self,
        messages: Messages,
        *,
        max_tokens: int = MAX_TOKENS,
        schema: dict[str, object] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """The whole reply of `/v1/chat/completions`, greedy."""
        payload: dict[str, Any] = {
            "messages": messages,
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "cache_prompt": False,
        } | more
        if schema is not None:
            named = {"name": "answer", "schema": schema, "strict": True}
            payload["response_format"] = {"type": "json_schema", "json_schema": named}
        return self.post("/v1/chat/completions", payload)

    def answer(self, messages: Messages, **more: Any) -> str:
        """The text of the answer."""
        return str(self.chat(messages, **more)["choices"][0]["message"]["content"] or "")

    def post(self, path: str, payload: object) -> dict[str, Any]:
        """POST, and the decoded reply."""
        reply = request(self.endpoint, path, payload=payload, timeout=ANSWER_TIMEOUT)
        if reply.status != 200:
            raise EngineError(f"the server answered HTTP {reply.status}: {reply.body[:300]!r}")
        answer = json.loads(reply.body)
        if not isinstance(answer, dict):
            raise EngineError(f"the server answered no object: {reply.body[:300]!r}")
        return answer

    def first_token_ms(self, messages: Messages) -> float:
        """From sending the question to the first piece of the answer, over a stream."""
        body = json.dumps(
            {"messages": messages, "max_tokens": 8, "temperature": 0.0, "stream": True,
             "cache_prompt": False}
        ).encode()  # fmt: skip
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: nano\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with contextlib.closing(self.endpoint.connect(ANSWER_TIMEOUT)) as connection:
            started = time.perf_counter()
            connection.sendall(head.encode() + body)
            seen = b""
            while b'"content":"' not in seen:
                piece = connection.recv(65536)
                if not piece:
                    raise EngineError(f"no token came: {seen[-300:]!r}")
                seen += piece
            return (time.perf_counter() - started) * 1000

    def memory_mb(self) -> float:
        """The resident memory of the server, in MB of 1,000,000 bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        return 0.0


@contextlib.contextmanager
def serve(model: Path, *, threads: int = THREADS, flags: Sequence[str] = ()) -> Iterator[Server]:
    """Run the server on this model, with more `flags`, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="nano-") as name:
        endpoint = UnixEndpoint(Path(name) / "nano.sock")
        log = Path(name) / "log"
        argv = [sys.executable, xllamacpp_server.__file__, "--model", str(model)]
        argv += [*endpoint.arguments(), "--ctx-size", str(CONTEXT), *flags]
        argv += ["--parallel", "1", "--threads", str(threads), "--poll", "0"]
        argv += ["--threads-batch", str(threads), "--cache-ram", "0", "--offline", "--no-webui"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OMP_WAIT_POLICY": "PASSIVE"},
                preexec_fn=partial(die_with, os.getpid()),  # noqa: PLW1509 - this program has one thread
            )
        try:
            waited = ready.wait(endpoint, START_TIMEOUT, lambda: process.poll() is None)
            yield Server(endpoint, process, waited * 1000)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
