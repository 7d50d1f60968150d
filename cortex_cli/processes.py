"""This user's background processes, safe against reused pids.

A record holds pid and start time (field 22 of /proc/PID/stat); only a process that matches both
is ours.  Signals go through a pidfd that is opened before the check, so a reused pid is never
hit.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOG_TAIL_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class Process:
    """One process; ``started`` is in clock ticks since boot."""

    pid: int
    started: int


def spawn(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Process:
    """Start ``command`` in its own session, its output appended to ``log``."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        child = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            umask=0o077,
            cwd="/",
        )
    finally:
        os.close(descriptor)
    child.returncode = 0  # it outlives us: suppress the warning that it was not waited for
    return identify(child.pid)


def write_record(path: Path, process: Process) -> None:
    """Write the record of ``process`` atomically."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(process)) + "\n")
    new.replace(path)


def read_record(path: Path) -> Process | None:
    """Return the process that ``path`` records, if it is still running."""
    try:
        value = json.loads(path.read_text())
        process = Process(int(value["pid"]), int(value["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return process if is_running(process) else None


def identify(pid: int) -> Process:
    """Return the process that has ``pid`` now."""
    started = _read_start_time(pid)
    return Process(pid, started if started is not None else 0)


def is_running(process: Process) -> bool:
    """Return True if this very process exists and is not a zombie."""
    return process.pid > 0 and _read_start_time(process.pid) == process.started


def stop(process: Process, grace_s: float) -> bool:
    """Stop ``process``: SIGTERM, then SIGKILL after ``grace_s``.  False if it had to be killed."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        if not is_running(process):
            return True
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        if _wait_for_exit(handle, grace_s):
            return True
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        _wait_for_exit(handle, grace_s)
        return False
    except ProcessLookupError:
        return True
    finally:
        os.close(handle)


def read_log_tail(log: Path, lines: int) -> list[str]:
    """Return the last lines that a process wrote."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            return stream.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def _wait_for_exit(handle: int, timeout_s: float) -> bool:
    # A pidfd becomes readable when its process exits, reaped or not.
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    return bool(poller.poll(timeout_s * 1000))


def _read_start_time(pid: int) -> int | None:
    """Return when ``pid`` started; None if it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The name in parentheses may contain anything, including spaces and parentheses.
    fields = stat.rpartition(b")")[2].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])
