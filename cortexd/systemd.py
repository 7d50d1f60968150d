"""What systemd and the daemon exchange: readiness, status, the watchdog, sockets.

Every call is a no-op when systemd did not start us.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

# sd_listen_fds(3): passed descriptors start here.
_FIRST_FD = 3


class Notifier:
    """Sends sd_notify(3) messages, each as one datagram."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):  # Linux's abstract names begin with a zero byte
            self._address = f"\0{self._address[1:]}"
        self._socket: socket.socket | None = None
        self._status = ""

    def notify_ready(self, status: str) -> None:
        """Startup is complete: clients may connect."""
        self._send("READY=1", f"STATUS={status}", f"MAINPID={os.getpid()}")

    def notify_reloading(self, monotonic_usec: int) -> None:
        """A reload has started; ``notify_ready`` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic_usec}")

    def notify_stopping(self, status: str) -> None:
        """The daemon is stopping."""
        self._send("STOPPING=1", f"STATUS={status}")

    def notify_status(self, text: str) -> None:
        """Set the line in ``systemctl status``; an unchanged one is not sent again."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def notify_watchdog(self) -> None:
        """The event loop is alive."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        # A message that is not accepted at once is dropped: waiting would stop the event loop.
        with suppress(OSError):
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
            message = "\n".join(line.replace("\n", " ") for line in lines)
            self._socket.sendto(message.encode(errors="replace"), self._address)


def watchdog_interval() -> float | None:
    """Seconds between calls of ``notify_watchdog``, half of what systemd allows, or None."""
    limit = os.environ.get("WATCHDOG_USEC", "")
    for_us = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(limit) / 2e6 if limit.isdigit() and int(limit) and for_us else None


def take_inherited_sockets() -> list[socket.socket]:
    """Take over the listening sockets that systemd passed on, once.

    The variables are removed so that a child process does not take them for its own.
    """
    for_us = os.environ.pop("LISTEN_PID", "") == str(os.getpid())
    count = os.environ.pop("LISTEN_FDS", "0")
    os.environ.pop("LISTEN_FDNAMES", None)
    if not for_us or not count.isdigit():
        return []
    sockets = []
    for fd in range(_FIRST_FD, _FIRST_FD + int(count)):
        os.set_inheritable(fd, False)
        sockets.append(socket.socket(fileno=fd))
    return sockets
