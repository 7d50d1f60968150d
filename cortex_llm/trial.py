"""Starts an engine in private, asks for real tokens, measures, and ends it.

The server runs as a child on a Unix socket in a folder of its own, mode 0700, so it can be
tried while the real one runs. A child that dies is told by the way it died: a signal names
the fault and its remedy. The child is ended in every case, and with us if we are killed.
"""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cortex_llm import engines, ready
from cortex_llm.child import die_with
from cortex_llm.config import Settings
from cortex_llm.crash_reasons import OTHER_BUILD, REASONS
from cortex_llm.endpoint import MAX_SOCKET_PATH, UnixEndpoint, request
from cortex_llm.engines import Engine
from cortex_llm.errors import EngineError, NotReadyError
from cortex_llm.models import ModelInfo
from cortex_llm.profiles.examination import ask_questions
from cortex_llm.profiles.verdict import Verdict, judge_answers
from cortex_llm.sizing import Sizing

STOP_TIMEOUT = 2.0  # seconds for each step of stopping
PROMPT = "Hello"
RATE_TOKENS = 32  # enough for a rate: half a second at 60 tokens per second
LOG_TAIL = 4096
SOCKET_NAME = "trial.sock"
SOCKET_ROOM = 40  # bytes of a socket's path that come after the temporary folder
LLAMA_ERROR = re.compile(r"[\d.]+ E (.*)")  # time, level, text, as llama.cpp writes them
SHORT_FOLDER = "/tmp"  # noqa: S108 - only a folder of our own is made in it


@dataclass(frozen=True)
class TrialResult:
    """What one trial showed."""

    engine: str
    threads: int
    load_ms: float
    tokens_per_second: float
    verdict: Verdict | None = None


def run_trial(
    engine: Engine,
    settings: Settings,
    model: ModelInfo,
    sizing: Sizing,
    timeout: float,
    *,
    examine: bool = False,
) -> TrialResult:
    """Load the model and generate; raises EngineError when a token does not come.

    With `examine` it is also asked the questions of the trial; the verdict is in the result.
    """
    deadline = time.monotonic() + timeout
    verdict = None
    with _start_server(engine, settings, model, sizing) as (process, endpoint, log):
        try:
            loaded = ready.wait(endpoint, timeout, lambda: process.poll() is None)
            _generate(endpoint, settings, 1, deadline)
            tokens, seconds = _generate(endpoint, settings, RATE_TOKENS, deadline)
            if examine:
                verdict = judge_answers(ask_questions(endpoint, settings.api_key))
        except NotReadyError as error:
            raise _explain_failure(engine, process, log, str(error)) from error
        except OSError as error:
            raise _explain_failure(engine, process, log, f"no token came: {error}") from error
    rate = tokens / max(seconds, 1e-6)
    return TrialResult(engine.name, sizing.threads, loaded * 1000, rate, verdict)


def _generate(
    endpoint: UnixEndpoint, settings: Settings, count: int, deadline: float
) -> tuple[int, float]:
    """Generate up to `count` tokens; return how many came and the seconds they took."""
    payload = {"prompt": PROMPT, "max_tokens": count, "temperature": 0.0}
    started = time.monotonic()
    reply = request(
        endpoint,
        "/v1/completions",
        payload=payload,
        api_key=settings.api_key,
        timeout=max(0.1, deadline - started),
    )
    taken = time.monotonic() - started
    answer = reply.json
    try:
        tokens = int(answer["usage"]["completion_tokens"])
    except (TypeError, KeyError, ValueError) as error:
        shown = reply.body[:200].decode("utf-8", "replace")
        raise ConnectionError(f"HTTP {reply.status}: {shown}") from error
    if reply.status != 200 or tokens < 1:
        raise ConnectionError(f"HTTP {reply.status} with {tokens} tokens")
    return tokens, taken


@contextmanager
def _start_server(
    engine: Engine, settings: Settings, model: ModelInfo, sizing: Sizing
) -> Iterator[tuple[subprocess.Popen[bytes], UnixEndpoint, Path]]:
    roomy = len(tempfile.gettempdir()) + SOCKET_ROOM <= MAX_SOCKET_PATH
    where = tempfile.gettempdir() if roomy else SHORT_FOLDER
    with tempfile.TemporaryDirectory(prefix="cortex-llm-", dir=where) as name:
        folder = Path(name)
        endpoint = UnixEndpoint(folder / SOCKET_NAME)
        private = dataclasses.replace(settings, endpoint=endpoint)
        launch = engines.launch(engine, private, model, sizing)
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                launch.argv,
                env=dict(launch.env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=partial(die_with, os.getpid()),  # noqa: PLW1509 - this program has one thread
            )
        try:
            yield process, endpoint, log
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, again, SIGKILL: llama-server leaves at once only at the second."""
    for end in (process.terminate, process.terminate, process.kill):
        if process.poll() is None:
            end()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT)
    process.wait()


def _explain_failure(
    engine: Engine, process: subprocess.Popen[bytes], log: Path, otherwise: str
) -> EngineError:
    """Name what happened: a signal, an exit status, or a child that lives and does not answer."""
    try:
        status = process.wait(1.0)
    except subprocess.TimeoutExpired:
        return EngineError(f"the engine {engine.name} does not respond: {otherwise}")
    said = _last_log_line(log)
    if status >= 0:
        return EngineError(f"the engine {engine.name} ended with exit status {status}: {said}")
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    reason = REASONS.get(signal.Signals(-status)) if name.startswith("SIG") else None
    if reason and -status == signal.SIGABRT:
        reason = f"{reason}: {said}"
    return EngineError(
        f"the engine {engine.name} was killed by {name}: {reason or said}", hint=OTHER_BUILD
    )


def _last_log_line(log: Path) -> str:
    """What llama.cpp calls an error first, else the last error in the log, or its last line."""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - LOG_TAIL))
        lines = [line.strip() for line in stream.read().decode("utf-8", "replace").splitlines()]
    if causes := [found[1] for line in lines if (found := LLAMA_ERROR.match(line))]:
        return causes[0][:300]  # what follows from it comes after it
    errors = [line for line in lines if "error" in line.lower()]
    spoken = [line for line in lines if line]
    return (errors or spoken or ["no log output"])[-1][:300]
