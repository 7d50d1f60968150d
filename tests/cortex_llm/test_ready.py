from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_llm import ready
from cortex_llm.endpoint import TcpEndpoint, UnixEndpoint
from cortex_llm.errors import NotReadyError
from tests.support.model_server import CHECKOUT, clean_environment, free_port, model_server


def run(*flags: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cortex_llm", "wait-ready", *flags],
        cwd=CHECKOUT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def ended_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def answering() -> Iterator[tuple[TcpEndpoint, list[int]]]:
    """A server whose /health gives the statuses in the list, one after the other."""
    statuses: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
                    head = f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n"
                    connection.sendall(head.encode())

        thread = threading.Thread(target=serve)
        thread.start()
        yield TcpEndpoint("127.0.0.1", listener.getsockname()[1]), statuses
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("unix", [False, True])
def test_a_real_server_becomes_ready(tmp_path: Path, tiny: Path, unix: bool) -> None:
    with model_server(tmp_path, model=tiny, unix=unix, api_key="k", wait=False) as server:
        where = (
            {"CORTEX_LLM_HOST": f"unix:{server.socket_path}"}
            if unix
            else {"CORTEX_LLM_PORT": str(server.port)}
        )
        result = run("--timeout", "20", MAINPID=str(server.process.pid), **where)
        assert (result.returncode, result.stdout) == (0, "")
        assert "ready at" in result.stderr
        assert server.request("/health")[0] == 200


def test_a_server_that_died_is_told_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_text("nonsense")
    with model_server(tmp_path, model=bad, wait=False) as server:
        started = time.monotonic()
        result = run(
            "--timeout", "20", CORTEX_LLM_PORT=str(server.port), MAINPID=str(server.process.pid)
        )
        assert time.monotonic() - started < 5
    assert result.returncode == 1
    assert "exited before it was ready" in result.stderr
    assert "journalctl -u cortex-llm" in result.stderr


def test_the_time_is_over(tmp_path: Path) -> None:
    result = run("--timeout", "0.3", CORTEX_LLM_PORT=str(free_port()))
    assert result.returncode == 1
    assert "was not ready within 0.3 s: nothing listens there" in result.stderr


def test_a_hung_server_does_not_hold_us() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = TcpEndpoint("127.0.0.1", mute.getsockname()[1])
        with pytest.raises(NotReadyError, match="does not respond"):
            ready.wait(endpoint, 0.3, lambda: True)


def test_loading_is_waited_for(answering: tuple[TcpEndpoint, list[int]]) -> None:
    endpoint, statuses = answering
    statuses += [503, 503, 200]
    assert 0 < ready.wait(endpoint, 5, lambda: True) < 5


def test_loading_for_ever_is_told(answering: tuple[TcpEndpoint, list[int]]) -> None:
    endpoint, statuses = answering
    statuses.append(503)
    with pytest.raises(NotReadyError, match="the model is still loading"):
        ready.wait(endpoint, 0.2, lambda: True)


def test_another_program_is_told(answering: tuple[TcpEndpoint, list[int]]) -> None:
    endpoint, statuses = answering
    statuses.append(404)
    with pytest.raises(NotReadyError, match="HTTP 404: it is not a model server"):
        ready.wait(endpoint, 5, lambda: True)


def test_a_missing_socket_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="nothing listens"):
        ready.wait(UnixEndpoint(tmp_path / "none.sock"), 0.1, lambda: True)


def test_zombies_and_the_dead_do_not_run(ended_pid: int) -> None:
    assert ready.is_running(os.getpid())
    assert not ready.is_running(ended_pid)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not ready.is_running(process.pid)
    process.wait()


def test_a_bad_mainpid_is_a_usage_error() -> None:
    assert run(MAINPID="x").returncode == 2


def test_notify_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("", "/no/such/socket", "relative", "@no-such"):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        ready.notify("STATUS=x")


def test_notify_reaches_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"cortex-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        ready.notify("STATUS=x")
        assert systemd.recv(100) == b"STATUS=x"
