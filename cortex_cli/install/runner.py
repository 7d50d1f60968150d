"""Runs one command of a plan: an argument list, never a shell, and never cut off.

The command writes into a file that this follows, not into a pipe: should cortex be killed, apt
comes to its end all the same.  After an interrupt the command is told, and waited for: apt
stops a download at once and lets dpkg finish, and half an installation helps nobody.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.install import apt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# How soon a person sees what the command wrote.
FOLLOW_MS = 100
PIECE_BYTES = 64 * 1024
_CARRIAGE = re.compile(r"\r+\n?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; ``output`` is the end of what it wrote."""

    status: int
    interrupted: bool
    output: str


def run(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Outcome:
    """Run ``command`` to its end, its output appended to ``log`` and shown on stderr.

    Raises:
        Failure: it cannot be started, or the log cannot be written.
    """
    variables = apt.build_environment(environ)
    if not sys.stdin.isatty():
        variables["DEBIAN_FRONTEND"] = "noninteractive"
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    try:
        descriptor = os.open(log, flags, 0o600)
    except OSError as error:
        raise Failure(f"cannot write {log}: {error.strerror}") from error
    with log.open("rb") as stream:
        start = stream.seek(0, os.SEEK_END)
        try:
            child = subprocess.Popen(
                command,
                env=variables,
                stdin=None if sys.stdin.isatty() else subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                cwd="/",
            )
        except OSError as error:
            raise Failure(f"cannot run {command[0]}: {error.strerror}") from error
        finally:
            os.close(descriptor)
        interrupted = _follow(child, stream)
        stream.seek(max(start, stream.tell() - PIECE_BYTES))
        return Outcome(child.wait(), interrupted, stream.read().decode(errors="replace"))


def _follow(child: subprocess.Popen[bytes], stream: BinaryIO) -> bool:
    """Show what ``child`` writes until it ends; True if that was interrupted meanwhile."""
    interrupted = False
    handle = os.pidfd_open(child.pid)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    try:
        over = False
        while not over:
            try:
                over = bool(poller.poll(FOLLOW_MS))
                while piece := stream.read(PIECE_BYTES):
                    _show(piece)
            except KeyboardInterrupt:
                interrupted = True
                _interrupt(child)
    finally:
        os.close(handle)
    return interrupted


def _interrupt(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        output.talk("interrupted: waiting for the running step to end …")
    # What runs through sudo is not ours to signal; the terminal has told it already.
    with suppress(PermissionError, ProcessLookupError):
        child.send_signal(signal.SIGINT)


def _show(piece: bytes) -> None:
    # The lines that apt redraws in place become lines, everything else is escaped.
    text = _CARRIAGE.sub("\n", piece.decode(errors="replace"))
    with suppress(OSError):  # nobody reads any more: the command goes on
        sys.stderr.write(output.escape(text))
        sys.stderr.flush()
