"""Runs one command of a plan: an argument list, never a shell, never cut off.

The command writes to a file that this follows, not to a pipe: if cortex is killed, apt still
finishes.  An interrupt is passed on to the command, and its end awaited: apt stops a download at
once but lets dpkg finish, so no installation is left half done.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.expressions import expression
from cortex_cli.install import apt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# How soon the command's output is shown.
FOLLOW_MS = 100
PIECE_BYTES = 64 * 1024
_CARRIAGE = expression(r"\r+\n?")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended; ``output`` is the last part of what it wrote."""

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
    """Show the output of ``child`` until it exits; True if interrupted meanwhile."""
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
        output.talk("interrupted: waiting for the running step to finish …")
    # We may not signal what runs through sudo; the terminal already has.
    with suppress(PermissionError, ProcessLookupError):
        child.send_signal(signal.SIGINT)


def _show(piece: bytes) -> None:
    # Lines that apt redraws in place become separate lines; the rest is escaped.
    text = _CARRIAGE.sub("\n", piece.decode(errors="replace"))
    with suppress(OSError):  # the reader is gone; the command continues
        sys.stderr.write(output.escape(text))
        sys.stderr.flush()
