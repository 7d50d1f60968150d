"""`serve --journal-requests`, with the real engines as its child and with ones that fail."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.support.daemon import eventually
from tests.support.fake_llama_server import write_server
from tests.support.model_server import ModelServer, clean_environment, model_server

JOURNALLED = ["--journal-requests"]
HELLO = [{"role": "user", "content": "Hello"}]
LONG = {"messages": HELLO, "max_tokens": 2000, "stream": True, "temperature": 0}
TIMEOUT = 20.0
#: A server that listens after a while, on the socket that it is given.
LISTENS = """
import socket
path = flags[flags.index("--host") + 1]
time.sleep(float(os.environ.get("TEST_DELAY", "0")))
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
"""


@pytest.fixture
def server(
    tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]
) -> Iterator[ModelServer]:
    with model_server(
        tmp_path, model=tiny, engine=engine, env=engine_env, unix=True, options=JOURNALLED
    ) as running:
        yield running


def engine_of(server: ModelServer) -> psutil.Process:
    (child,) = psutil.Process(server.process.pid).children()
    return child


def ask(server: ModelServer, payload: object, request_id: str) -> socket.socket:
    """Send a chat completion; the connection it will be answered on."""
    body = json.dumps(payload).encode()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT)
    connection.connect(str(server.socket_path))
    connection.sendall(
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nX-Request-Id: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (request_id.encode(), len(body), body)
    )
    return connection


def all_of(connection: socket.socket) -> bytes:
    data = bytearray()
    with connection:
        while piece := connection.recv(1 << 16):
            data += piece
    return bytes(data)


def said(server: ModelServer, words: str) -> bool:
    return words in server.log_text()


def test_eight_streams_each_with_its_id(server: ModelServer) -> None:
    payload = {"messages": HELLO, "max_tokens": 40, "stream": True}
    with ThreadPoolExecutor(8) as pool:
        asked = [ask(server, payload, f"id-{number}") for number in range(8)]
        answers = list(pool.map(all_of, asked))
    for number, answer in enumerate(answers):
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"data: [DONE]" in answer
        assert said(server, f"request id-{number} began: POST /v1/chat/completions")
        eventually(
            lambda number=number: said(server, f"request id-{number} was answered: HTTP 200"),
            "the journal's lines",
            TIMEOUT,
        )
    assert "Hello" not in "".join(
        line for line in server.log_text().splitlines() if line.startswith("cortex-llm: request")
    )


def test_one_model_by_its_id(server: ModelServer) -> None:
    for _ in range(2):
        status, model = server.request("/v1/models/cortex-test")
        assert (status, model["id"]) == (200, "cortex-test")
        assert "cortex.profile=test-profile" in model["tags"]
        status, reply = server.request("/v1/models/another%2Fone")
        assert (status, reply["error"]["message"]) == (
            404,
            "The model 'another/one' does not exist",
        )
    assert server.request("/v1/models")[1]["data"][0]["id"] == "cortex-test"


def test_the_engine_is_reached_by_this_user_alone(server: ModelServer, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "engine").stat().st_mode) == 0o700
    assert (tmp_path / "engine/llm.sock").is_socket()
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "llm.sock").stat().st_mode) == 0o777 & ~umask


def test_it_is_small_and_idle(server: ModelServer) -> None:
    for number in range(20):
        all_of(ask(server, {"messages": HELLO, "max_tokens": 4}, f"small-{number}"))
    process = psutil.Process(server.process.pid)
    assert process.memory_info().rss < 16 << 20  # sizing.SUPERVISOR_BYTES
    before = sum(process.cpu_times()[:2])
    time.sleep(0.5)
    assert sum(process.cpu_times()[:2]) - before <= 0.02


def test_a_client_that_goes_away_frees_the_slot(
    tmp_path: Path, tiny: Path, engine: str, engine_env: dict[str, str]
) -> None:
    settings = {**engine_env, "CORTEX_LLM_PARALLEL": "1"}
    with model_server(
        tmp_path, model=tiny, engine=engine, env=settings, unix=True, options=JOURNALLED
    ) as server:
        gone = ask(server, LONG, "gone")
        gone.recv(100)
        gone.close()
        started = time.monotonic()
        answer = all_of(ask(server, {"messages": HELLO, "max_tokens": 2}, "next"))
        assert answer.startswith(b"HTTP/1.1 200")
        assert time.monotonic() - started < 5
        eventually(
            lambda: said(server, "request gone was cancelled: the client disconnected"),
            "the journal's line",
            TIMEOUT,
        )


def test_a_stop_is_prompt_during_a_stream_too(server: ModelServer, tmp_path: Path) -> None:
    engine = engine_of(server)
    stream = ask(server, LONG, "cut")
    stream.recv(100)
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 3
    assert not engine.is_running()
    all_of(stream)
    assert said(server, "request cut was cut off: the service is stopping")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".gguf") == ["llm.log"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_it_ends_by_the_signal_that_ended_the_engine(
    tmp_path: Path, tiny: Path, number: signal.Signals
) -> None:
    with model_server(tmp_path, model=tiny, unix=True, options=JOURNALLED) as server:
        stream = ask(server, LONG, "broken")
        stream.recv(100)
        engine_of(server).send_signal(number)
        assert server.process.wait(TIMEOUT) == -number
        all_of(stream)
        assert said(server, "request broken was cut off by the engine")
        assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".gguf") == [
            "llm.log"
        ]


def run_fake(
    folder: Path, tiny: Path, body: str, **variables: str
) -> contextlib.AbstractContextManager[ModelServer]:
    program = write_server(folder / "llama-server", body)
    return model_server(
        folder, model=tiny, engine="llama-server", unix=True, options=JOURNALLED, wait=False,
        env={"CORTEX_LLM_SERVER": str(program), **variables},
    )  # fmt: skip


def test_it_ends_with_the_engines_status(tmp_path: Path, tiny: Path) -> None:
    with run_fake(tmp_path, tiny, "sys.exit(7)") as server:
        assert server.process.wait(TIMEOUT) == 7
    with run_fake(tmp_path, tiny, LISTENS + "time.sleep(0.5); sys.exit(3)") as server:
        assert server.process.wait(TIMEOUT) == 3
        assert not (tmp_path / "llm.sock").exists()


def test_the_public_socket_is_there_only_while_the_engine_listens(
    tmp_path: Path, tiny: Path
) -> None:
    body = LISTENS + "time.sleep(60)"
    with run_fake(tmp_path, tiny, body, TEST_DELAY="0.7") as server:
        public, inner = tmp_path / "llm.sock", tmp_path / "engine/llm.sock"
        while not public.exists():
            was_there = inner.exists()
            assert server.process.poll() is None
            time.sleep(0.001)
        assert was_there or inner.exists()
        with socket.socket(socket.AF_UNIX) as client:
            eventually(lambda: client.connect_ex(str(public)) == 0, "the engine listens", TIMEOUT)
        server.process.terminate()
        eventually(lambda: not public.exists(), "the socket is gone", TIMEOUT)
        assert server.process.wait(TIMEOUT) == 0


def test_an_engine_that_does_not_stop_is_killed(tmp_path: Path, tiny: Path) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTENS + "time.sleep(60)"
    with run_fake(tmp_path, tiny, stubborn) as server:
        eventually((tmp_path / "llm.sock").exists, "the socket", TIMEOUT)
        engine = engine_of(server)
        started = time.monotonic()
        server.process.terminate()
        assert server.process.wait(TIMEOUT) == 0
        assert 3.5 < time.monotonic() - started < 6
        assert not engine.is_running()


def test_an_engine_does_not_outlive_it(tmp_path: Path, tiny: Path) -> None:
    with model_server(tmp_path, model=tiny, unix=True, options=JOURNALLED) as server:
        engine = engine_of(server)
        server.process.kill()
        server.process.wait(TIMEOUT)
        eventually(lambda: not engine.is_running(), "the engine's end", TIMEOUT)


def test_a_stop_while_it_loads(tmp_path: Path, tiny: Path) -> None:
    with run_fake(tmp_path, tiny, LISTENS, TEST_DELAY="60") as server:
        # Before that it asks the engine for its flags, which is a child of its own.
        process = psutil.Process(server.process.pid)
        eventually(
            lambda: "cortex_llm.supervise" in process.cmdline() and process.children(),
            "the engine",
            TIMEOUT,
        )
        engine = engine_of(server)
        assert server.stop() == 0
        assert not engine.is_running()


def test_an_engine_that_cannot_be_started_is_told(tmp_path: Path, tiny: Path) -> None:
    program = write_server(tmp_path / "llama-server", "")
    text = program.read_text()
    # it goes away between being asked for its flags and being run
    program.write_text(text.replace("sys.exit(0)", f"os.unlink({str(program)!r}); sys.exit(0)"))
    settings = {
        "CORTEX_LLM_MODEL_PATH": str(tiny),
        "CORTEX_LLM_HOST": str(tmp_path / "llm.sock"),
        "CORTEX_LLM_ENGINE": "llama-server",
        "CORTEX_LLM_SERVER": str(program),
    }
    result = run_serve(**settings)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"error: cannot run {program}")


def test_it_is_for_unix_sockets(tiny: Path) -> None:
    result = run_serve(CORTEX_LLM_MODEL_PATH=str(tiny))
    assert result.returncode == 2
    assert "--journal-requests is for a server on a Unix socket" in result.stderr
    assert "hint: set CORTEX_LLM_HOST" in result.stderr


def test_a_path_that_leaves_no_room_for_the_engines_is_refused(tmp_path: Path, tiny: Path) -> None:
    folder = tmp_path / ("x" * (104 - len(str(tmp_path)) - len("//llm.sock")))
    folder.mkdir()
    result = run_serve(CORTEX_LLM_MODEL_PATH=str(tiny), CORTEX_LLM_HOST=f"{folder}/llm.sock")
    assert result.returncode == 2
    assert "the engine's own socket" in result.stderr
    assert "the limit is 107" in result.stderr


def run_serve(**settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cortex_llm", "serve", *JOURNALLED],
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_a_place_where_it_cannot_listen_ends_it_and_the_engine(tmp_path: Path, tiny: Path) -> None:
    """The public socket's place is taken after it was looked at."""
    body = f"open({str(tmp_path / 'llm.sock')!r}, 'w')\n" + LISTENS + "time.sleep(60)"
    with run_fake(tmp_path, tiny, body) as server:
        assert server.process.wait(TIMEOUT) == 1
        assert said(server, f"error: cannot listen at {tmp_path}/llm.sock")
        assert (tmp_path / "llm.sock").exists()  # it is not ours to remove
