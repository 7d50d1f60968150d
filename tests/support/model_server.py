"""Starts the real ``cortex-llm serve`` for a test, waits until it is ready, and stops it.

    with model_server(tmp_path) as server:            # a tiny model, a free TCP port
        server.url                                    # http://127.0.0.1:PORT
    with model_server(tmp_path, unix=True) as server:
        server.socket_path                            # tmp_path / "llm.sock"

The server's own words are in `server.log_text()`; a server that does not come up raises
with them. It is stopped by its pid: SIGTERM, and SIGKILL if that does not help. Settings of
the machine (/etc/cortex/llm.env, CORTEX_… variables) are kept out.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.tiny_gguf import write_model

START_TIMEOUT = 30.0  # seconds; half a second is usual, two busy cores shared by tests are not
STOP_TIMEOUT = 5.0
POLL_INTERVAL = 0.02
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass
class ModelServer:
    """A running server. `process` is it: ``serve`` becomes the server, the pid stays."""

    process: subprocess.Popen[bytes]
    model: Path
    log: Path
    port: int | None
    socket_path: Path | None
    api_key: str | None

    @property
    def url(self) -> str:
        """The base URL over TCP."""
        return f"http://127.0.0.1:{self.port}"

    def log_text(self) -> str:
        """What the server has said so far."""
        return self.log.read_text(errors="replace")

    def request(self, path: str, payload: object = None, timeout: float = 30.0) -> tuple[int, Any]:
        """GET `path`, or POST `payload` as JSON; returns the status and the decoded reply."""
        with contextlib.closing(_connect(self.port, self.socket_path, timeout)) as connection:
            headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
            body = None if payload is None else json.dumps(payload)
            connection.request("GET" if body is None else "POST", path, body, headers)
            reply = connection.getresponse()
            raw = reply.read()
            try:
                return reply.status, json.loads(raw)
            except ValueError:
                return reply.status, raw.decode(errors="replace")

    def stop(self) -> int:
        """End it with SIGTERM (SIGKILL after 5 s) and return its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**variables: str) -> dict[str, str]:
    """This process's environment without any setting of Cortex, plus `variables`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CORTEX", "LLAMA_", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY"))
    }
    return {**kept, "CORTEX_LLM_ENV_FILE": os.devnull, **variables}


@contextlib.contextmanager
def model_server(
    folder: Path,
    *,
    model: Path | None = None,
    engine: str = "xllamacpp",
    unix: bool = False,
    api_key: str | None = None,
    env: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    options: Sequence[str] = (),
    wait: bool = True,
) -> Iterator[ModelServer]:
    """Run a server; `folder` takes its log, its socket and, if none is given, its model."""
    model = model or write_model(folder / "tiny.gguf")
    port = None if unix else free_port()
    socket_path = folder / "llm.sock" if unix else None
    variables = {
        "CORTEX_LLM_MODEL_PATH": str(model),
        "CORTEX_LLM_ENGINE": engine,
        **({"CORTEX_LLM_HOST": str(socket_path)} if unix else {"CORTEX_LLM_PORT": str(port)}),
        **({"CORTEX_LLM_API_KEY": api_key} if api_key else {}),
        **(env or {}),
    }
    log = folder / "llm.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cortex_llm", "serve", *options, "--", *flags],
            cwd=CHECKOUT,
            env=clean_environment(**variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = ModelServer(process, model, log, port, socket_path, api_key)
    try:
        if wait:
            wait_until_ready(server)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)  # a test may have stopped it
        server.stop()


def wait_until_ready(server: ModelServer) -> None:
    """Ask /health until it says 200, and until a stop is heeded; raises RuntimeError with the log.

    llama.cpp's server says 200 a moment before it installs its signal handlers.  In between
    SIGTERM ends it as it ends any program: by the signal, which systemd counts as clean.
    """
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.request("/health", timeout=2.0)[0] == 200 and _catches_sigterm(server):
                return
        time.sleep(POLL_INTERVAL)
    raise RuntimeError(f"the model server is not ready:\n{server.log_text()}")


def _catches_sigterm(server: ModelServer) -> bool:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1))


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _connect(
    port: int | None, socket_path: Path | None, timeout: float
) -> http.client.HTTPConnection:
    if socket_path is not None:
        return _UnixConnection(socket_path, timeout)
    return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
