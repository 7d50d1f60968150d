"""Readiness: ``wait-ready`` for ExecStartPost=, and what systemd is told meanwhile.

llama-server speaks no sd_notify. So the unit is Type=exec with
``ExecStartPost=cortex-llm wait-ready``: it asks /health until the model is loaded, and
gives up when the time is over or the server's process is gone ($MAINPID).
"""

from __future__ import annotations

import contextlib
import os
import socket


def notify(message: str) -> None:
    """Tell systemd, when it listens; never fails, the service does not depend on it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(message.encode())
