"""One entry for the journal, its fields with it, in journald's native protocol.

Values of one line only; cortexd, a package of its own, has the whole protocol.
"""

from __future__ import annotations

import socket
from contextlib import closing

SOCKET = "/run/systemd/journal/socket"
IDENTIFIER = "cortex-llm"


class Journal:
    """A way into journald; `path` is another socket in tests."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path
        self._channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._channel.setblocking(False)  # a journal that hangs costs an entry and no time

    def send(self, **fields: object) -> bool:
        """Write an entry; False when there is no journal, or it does not take it."""
        named = {"SYSLOG_IDENTIFIER": IDENTIFIER, **fields}
        lines = (f"{name}={' '.join(str(value).split())}\n" for name, value in named.items())
        try:
            self._channel.sendto("".join(lines).encode(), self._path)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let go of the socket."""
        self._channel.close()


def send(path: str = SOCKET, **fields: object) -> bool:
    """Write one entry; False when there is no journal."""
    with closing(Journal(path)) as journal:
        return journal.send(**fields)
