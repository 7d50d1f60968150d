"""Runs a program on a pseudo-terminal: what a person sees, keys included.

with terminal(["cortex", "ask", "x"], env) as screen:
    screen.wait_for("nginx")
    screen.press(CTRL_C)
    assert screen.ended() == 130
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CTRL_C = b"\x03"
TIMEOUT_S = 30.0


@dataclass
class Screen:
    """The terminal's side of a running program."""

    process: subprocess.Popen[bytes]
    descriptor: int
    seen: bytes = b""
    times: list[float] = field(default_factory=list)

    def read(self, timeout_s: float = TIMEOUT_S) -> bytes:
        """The next bytes that come; empty at the end."""
        if not select.select([self.descriptor], [], [], timeout_s)[0]:
            raise AssertionError(f"nothing came within {timeout_s} s after {self.seen!r}")
        try:
            found = os.read(self.descriptor, 65536)
        except OSError:  # EIO: the last one who had the terminal open is gone
            return b""
        self.seen += found
        self.times.append(time.monotonic())
        return found

    def wait_for(self, text: str) -> None:
        """Read until ``text`` has been shown."""
        while text.encode() not in self.seen:
            assert self.read(), f"ended without {text!r}: {self.seen!r}"

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.descriptor, keys)

    def ended(self) -> int:
        """Read to the end and return the exit status."""
        while self.read():
            pass
        return self.process.wait(TIMEOUT_S)


def _take_terminal() -> None:
    # Opening it makes it the controlling terminal of the new session: Ctrl-C reaches us.
    os.close(os.open(os.ttyname(0), os.O_RDWR))


@contextmanager
def terminal(
    command: Sequence[str], environ: Mapping[str, str], cwd: Path | None = None
) -> Iterator[Screen]:
    """Start ``command`` with a terminal of its own; kill it if it is still there at the end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        env={"TERM": "xterm", **environ},
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - the tests start it from one thread
    )
    os.close(theirs)
    try:
        yield Screen(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
