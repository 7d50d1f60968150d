"""Readiness: ``wait-ready`` for ExecStartPost=, and what systemd is told meanwhile.

llama-server speaks no sd_notify. So the unit is Type=exec with
``ExecStartPost=cortex-llm wait-ready``: it asks /health until the model is loaded, and
gives up when the time is over or the server's process is gone ($MAINPID).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from cortex_llm import config
from cortex_llm.endpoint import Endpoint, request
from cortex_llm.errors import NotReadyError, UsageError
from cortex_llm.output import say

POLL_FIRST, POLL_LAST = 0.02, 0.5  # seconds between questions; a small model loads in 0.02
POLL_GROWTH = 1.3
ASK_TIMEOUT = 5.0  # a server that is loading answers at once; a hung one must not hold us
LOADING = 503
HINT = "its log: journalctl -u cortex-llm, or the terminal it runs in"


def command(arguments: argparse.Namespace) -> int:
    """``wait-ready``: 0 when the server is ready; NotReadyError otherwise."""
    endpoint = config.load().endpoint
    pid = arguments.pid or _main_pid()
    taken = wait(endpoint, arguments.timeout, lambda: pid is None or is_running(pid))
    say(f"cortex-llm: ready at {endpoint} after {taken:.1f} s")
    notify("STATUS=ready")
    return 0


def wait(endpoint: Endpoint, timeout: float, alive: Callable[[], bool]) -> float:
    """Ask /health until it says 200; return the seconds that took, or raise NotReadyError."""
    started = time.monotonic()
    pause, state = POLL_FIRST, "nothing listens there"
    while True:
        left = started + timeout - time.monotonic()
        running = alive()  # before asking: a server that has just ended may have answered
        try:
            status = request(endpoint, "/health", timeout=max(0.05, min(ASK_TIMEOUT, left))).status
        except (ConnectionRefusedError, FileNotFoundError):
            state = "nothing listens there"
        except TimeoutError:
            state = "it accepts connections but does not respond"
        except OSError as error:
            state = str(error)
        else:
            if status == 200:
                return time.monotonic() - started
            if status != LOADING:
                raise NotReadyError(
                    f"{endpoint} answers /health with HTTP {status}: it is not a model server",
                    hint="another program uses this address; set CORTEX_LLM_PORT",
                )
            state = "the model is still loading"
        if not running:
            raise NotReadyError(f"the server for {endpoint} exited before it was ready", hint=HINT)
        if left <= 0:
            raise NotReadyError(
                f"{endpoint} was not ready within {timeout:g} s: {state}", hint=HINT
            )
        time.sleep(min(pause, max(0.0, left)))
        pause = min(pause * POLL_GROWTH, POLL_LAST)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:  # gone, or hidden from us by ProtectProc=
        return _takes_signals(pid)
    return stat.rpartition(")")[2].split()[:1] not in (["Z"], ["X"])


def _takes_signals(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def notify(message: str) -> None:
    """Tell systemd, when it listens; never fails, the service does not depend on it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(message.encode())


def _main_pid() -> int | None:
    text = os.environ.get("MAINPID")
    if not text:
        return None
    if not text.isdigit() or not 0 < int(text) < 1 << 22:
        raise UsageError(f"MAINPID is {text[:20]!r}, which is not a process id")
    return int(text)
