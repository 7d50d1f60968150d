"""Starts the real cortexd for a test, talks to it over its socket, and stops it.

    with daemon(tmp_path) as cortexd:                     # the defaults, no model
        cortexd.call("ping")
    with daemon(tmp_path, {"llm": {"url": server.url}}) as cortexd: ...

Whatever the test does to it, the daemon must end as asked, leave no socket file, and have
said nothing that only a defect says: the check is at the end of the ``with`` block.
Settings of the machine (/etc/cortex, ~/.cortex, CORTEX… variables) are kept out.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
# Liveness bounds, generous: two cores may be shared with everything else.
START_TIMEOUT = 30.0
STOP_TIMEOUT = 30.0
REPLY_TIMEOUT = 30.0
# What a daemon says only when it has a defect.
DEFECTS = ("Traceback", "never awaited", "was never retrieved", "Warning:", "defect while")

Json = dict[str, Any]


@dataclass
class RunningDaemon:
    """A running cortexd."""

    process: subprocess.Popen[bytes]
    socket_path: Path
    config_path: Path
    log: Path
    settings: Json = field(default_factory=dict)

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def connect(self, timeout: float = REPLY_TIMEOUT) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Blocking: with a time limit set, a full backlog would be an error and no wait.
            connection.connect(str(self.socket_path))
            connection.settimeout(timeout)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """A connection that speaks lines."""
        with self.connect() as connection, connection.makefile("rb") as lines:
            yield Session(connection, lines)

    def request(self, request: object) -> Json:
        """Send one request on a connection of its own; the final reply."""
        with self.session() as session:
            session.send(request)
            return session.reply()

    def call(self, command: str, **params: Any) -> Json:
        """The data of a command that must succeed."""
        reply = self.request({"command": command, "params": params})
        assert reply["status"] == "ok", reply
        data: Json = reply["data"]
        return data

    def refused(self, command: str, **params: Any) -> Json:
        """The error of a command that must fail."""
        reply = self.request({"command": command, "params": params})
        assert reply["status"] == "error", reply
        error: Json = reply["error"]
        return error

    def exchange(self, sent: bytes, *, half_close: bool = True) -> bytes:
        """Everything the daemon says to ``sent`` until it closes the connection."""
        with self.connect() as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(sent)
            if half_close:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
            return read_to_end(connection)

    def errors(self, sent: bytes, *, half_close: bool = True) -> list[str]:
        """The error codes of the replies to ``sent``; "ok" for replies that are none."""
        replies = [
            json.loads(line)
            for line in self.exchange(sent, half_close=half_close).split(b"\n")
            if line
        ]
        return [reply["error"]["code"] if "error" in reply else "ok" for reply in replies]

    def configure(self, settings: Json | str) -> None:
        """Replace the configuration file; the socket's path stays."""
        if not isinstance(settings, str):
            settings = yaml.safe_dump({**settings, "socket": {"path": str(self.socket_path)}})
        self.config_path.write_text(settings)

    @property
    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    @property
    def rss_mib(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """End it with SIGTERM and return its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        try:
            return self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"cortexd did not stop:\n{self.log_text()}") from None


@dataclass
class Session:
    """One connection, line by line."""

    socket: socket.socket
    lines: Any

    def send(self, *requests: object) -> None:
        """Send requests, a line each."""
        self.socket.sendall(b"".join(json.dumps(request).encode() + b"\n" for request in requests))

    def line(self) -> Json:
        """The next line: an event or a reply."""
        line = self.lines.readline()
        assert line.endswith(b"\n"), f"the daemon closed the connection: {line!r}"
        message: Json = json.loads(line)
        return message

    def reply(self) -> Json:
        """The next line that is no event."""
        while "event" in (message := self.line()):
            pass
        return message

    def ended(self) -> bool:
        """Wait for the daemon to close the connection; whether nothing more came."""
        return bool(self.lines.read() == b"")


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    received = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return bytes(received)


def clean_environment(home: Path, **variables: str) -> dict[str, str]:
    """This process's environment with ``home`` and without any setting of Cortex."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CORTEX", "NOTIFY_", "LISTEN_", "WATCHDOG_", "JOURNAL_", "PYTEST"))
    }
    return {**kept, "HOME": str(home), **variables}


def run_cortexd(folder: Path, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run cortexd to its end: for starts that must fail, and for --check."""
    return subprocess.run(
        [sys.executable, "-m", "cortexd", *args],
        cwd=CHECKOUT,
        env=clean_environment(folder, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT,
        check=False,
    )


@contextlib.contextmanager
def daemon(
    folder: Path,
    settings: Mapping[str, Any] | None = None,
    *,
    env: Mapping[str, str] | None = None,
    argv: Sequence[str] | None = None,
    preexec: Callable[[], None] | None = None,
    status: int | None = 0,
    defects: Sequence[str] = DEFECTS,
) -> Iterator[RunningDaemon]:
    """Run a daemon on ``folder``/s with ``settings`` in its file, until the block ends.

    ``status`` is the exit status it must end with; None lets it be killed.
    """
    socket_path, log = folder / "s", folder / "cortexd.log"
    config_path = folder / "daemon.yaml"
    given = {"llm": {"url": f"unix:{folder}/no-model.sock"}, **(settings or {})}
    config_path.write_text(yaml.safe_dump({**given, "socket": {"path": str(socket_path)}}))
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv or [sys.executable, "-m", "cortexd", "--config", str(config_path)],
            cwd=CHECKOUT,
            env=clean_environment(folder, **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=preexec,  # noqa: PLW1509 - sets limits and identity, nothing that locks
        )
    running = RunningDaemon(process, socket_path, config_path, log, given)
    try:
        _wait_until_ready(running)
        yield running
        ended = running.stop()
    except BaseException:
        if process.poll() is None:
            process.kill()
            process.wait()
        sys.stderr.write(running.log_text())
        raise
    assert status is None or ended == status, f"exit status {ended}:\n{running.log_text()}"
    said = running.log_text()
    assert not any(word in said for word in defects), said
    assert status is None or not socket_path.exists(), "the socket file was left behind"


def _wait_until_ready(running: RunningDaemon) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and running.process.poll() is None:
        with contextlib.suppress(OSError), running.connect(5.0):
            return
        time.sleep(0.01)
    raise AssertionError(f"cortexd is not ready:\n{running.log_text()}")


def eventually(condition: Callable[[], Any], what: str, timeout: float = 20.0) -> Any:
    """Wait until ``condition`` holds; its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
        time.sleep(0.01)
    return value
