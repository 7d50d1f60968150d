"""What systemd and the daemon tell each other, over real sockets."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortexd.systemd import watchdog_interval
from tests.support.daemon import clean_environment, daemon, eventually


@pytest.fixture
def notified(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that systemd would read."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        yield listening


def next_with(notified: socket.socket, word: str) -> dict[str, str]:
    while True:
        lines = notified.recv(4096).decode().split("\n")
        message = dict(line.partition("=")[::2] for line in lines)
        if word in message:
            return message


def test_ready_reloading_stopping(tmp_path: Path, notified: socket.socket) -> None:
    with daemon(tmp_path, env={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as cortexd:
        ready = next_with(notified, "READY")
        assert ready["STATUS"].startswith(f"serving {cortexd.socket_path}; 0 client(s)")
        assert ready["MAINPID"] == str(cortexd.process.pid)
        cortexd.signal(signal.SIGHUP)
        assert int(next_with(notified, "RELOADING")["MONOTONIC_USEC"]) > 0
        assert next_with(notified, "READY")["READY"] == "1"
        cortexd.configure("a: [")
        cortexd.refused("config.reload")
        next_with(notified, "RELOADING")
        assert next_with(notified, "READY")["READY"] == "1"  # a bad file ends the reload too
        cortexd.signal(signal.SIGTERM)
        assert next_with(notified, "STOPPING")["STOPPING"] == "1"


def test_the_watchdog_is_fed(tmp_path: Path, notified: socket.socket) -> None:
    env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
    with daemon(tmp_path, env=env):
        for _ in range(3):
            assert next_with(notified, "WATCHDOG")["WATCHDOG"] == "1"


def test_watchdog_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    for text, interval in {"": None, "0": None, "x": None, "-1": None, "3000000": 1.5}.items():
        monkeypatch.setenv("WATCHDOG_USEC", text)
        assert watchdog_interval() == interval
    monkeypatch.setenv("WATCHDOG_PID", "1")  # meant for another process
    assert watchdog_interval() is None
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert watchdog_interval() == 1.5


@pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="needs systemd")
def test_inherited_sockets(tmp_path: Path) -> None:
    argv = ["systemd-socket-activate", "--listen", str(tmp_path / "s")]
    argv += [f"--setenv={name}" for name in clean_environment(tmp_path)]
    argv += [sys.executable, "-m", "cortexd", "--config", str(tmp_path / "daemon.yaml")]
    with daemon(tmp_path, argv=argv, status=None, defects=("Traceback",)) as cortexd:
        assert cortexd.call("ping") == {"pong": True}
        assert cortexd.call("status")["pid"] == cortexd.process.pid
        assert cortexd.stop() == 0
        assert cortexd.socket_path.exists()  # it is systemd's


def test_sockets_meant_for_another_process_are_left_alone(tmp_path: Path) -> None:
    with daemon(tmp_path, env={"LISTEN_PID": "1", "LISTEN_FDS": "3"}) as cortexd:
        assert cortexd.call("ping") == {"pong": True}


def test_a_notify_socket_that_nobody_reads(tmp_path: Path) -> None:
    with daemon(tmp_path, env={"NOTIFY_SOCKET": str(tmp_path / "nobody")}) as cortexd:
        assert eventually(lambda: cortexd.call("ping"), "it serves all the same")


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    """Its queue holds a few messages; the status changes more often than that."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unread:
        unread.bind(str(tmp_path / "notify"))
        with daemon(tmp_path, env={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as cortexd:
            for _ in range(400):
                cortexd.call("config.reload")
            assert cortexd.call("ping") == {"pong": True}
