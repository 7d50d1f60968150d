"""The socket's path: taken, left behind, too long, in no folder, something else."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from cortexd.api.errors import ConfigError
from cortexd.config import SocketSection
from cortexd.wire.listener import open_socket
from tests.support.daemon import daemon, run_cortexd


def start(folder: Path, path: Path) -> str:
    """Why a daemon on ``path`` does not start."""
    done = run_cortexd(folder, CORTEX_SOCKET=str(path))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_live_daemon_keeps_its_socket(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        said = start(tmp_path, cortexd.socket_path)
        assert f"another cortexd is serving {cortexd.socket_path}" in said
        assert "hint: stop it" in said
        assert cortexd.call("ping") == {"pong": True}


def test_a_dead_daemon_s_socket_is_taken_over(tmp_path: Path) -> None:
    with daemon(tmp_path, status=None) as cortexd:
        cortexd.signal(signal.SIGKILL)
        cortexd.process.wait()
        assert cortexd.socket_path.is_socket()
    with daemon(tmp_path) as cortexd:
        assert cortexd.call("ping") == {"pong": True}


def test_of_two_that_start_at_once_on_a_dead_socket_one_has_it(tmp_path: Path) -> None:
    """The other one is in the midst of taking it: what is seen before it has is not acted on."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(path))
    found: list[str] = []

    def second() -> None:
        try:
            open_socket(SocketSection(path=path)).close()
            found.append("taken")
        except ConfigError as error:
            found.append(error.message)

    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    thread = threading.Thread(target=second)
    thread.start()
    time.sleep(0.3)
    assert found == []
    path.unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as first:
        first.bind(str(path))
        first.listen()
        os.close(folder)
        thread.join(10)
        assert found == [f"another cortexd is serving {path}"]
        assert path.stat().st_ino


def test_a_lock_that_is_held_for_ever_keeps_nobody_from_starting(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with daemon(tmp_path) as cortexd:
        assert cortexd.call("ping") == {"pong": True}
    os.close(folder)


def test_a_successor_s_socket_is_not_removed(tmp_path: Path) -> None:
    with daemon(tmp_path, status=None) as old:
        old.socket_path.unlink()
        with daemon(tmp_path) as new:
            assert old.stop() == 0
            assert new.call("ping") == {"pong": True}


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert "exists and is not a socket" in start(tmp_path, file)
    assert file.exists()
    assert "exists and is not a socket" in start(tmp_path, tmp_path)
    said = start(tmp_path, tmp_path / "none" / "s")
    assert "cannot listen on" in said
    assert f"hint: create its directory: mkdir -p {tmp_path}/none" in said
    assert "Not a directory" in start(tmp_path, file / "s")
    assert "the limit for a Unix socket is 107" in start(tmp_path, tmp_path / ("x" * 200))
    link = tmp_path / "link"
    link.symlink_to("nowhere")
    assert "exists and is not a socket" in start(tmp_path, link)


def test_a_path_of_the_greatest_length(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 100:
        folder = folder / ("x" * min(50, 104 - len(str(folder))))
    assert len(os.fsencode(folder / "s")) <= 107
    folder.mkdir(parents=True)
    with daemon(folder) as cortexd:
        assert cortexd.call("ping") == {"pong": True}


def test_another_kind_of_socket(tmp_path: Path) -> None:
    path = tmp_path / "datagram"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(path))
        assert "cannot listen on" in start(tmp_path, path)
    assert path.exists()


@pytest.mark.parametrize("mode", [0o666, 0o660, 0o600])
def test_the_mode_of_the_file(tmp_path: Path, mode: int) -> None:
    (tmp_path / "own.yaml").write_text(f"socket:\n  mode: {mode}\n  path: {tmp_path}/s\n")
    argv = [sys.executable, "-m", "cortexd", "--config", str(tmp_path / "own.yaml")]
    with daemon(tmp_path, argv=argv) as cortexd:
        assert stat.S_IMODE(cortexd.socket_path.stat().st_mode) == mode
