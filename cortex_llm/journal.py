"""One entry for the journal, its fields with it, in journald's native protocol.

Values of one line only; cortexd, a package of its own, has the whole protocol.
"""

from __future__ import annotations

import socket

SOCKET = "/run/systemd/journal/socket"
IDENTIFIER = "cortex-llm"


def send(path: str = SOCKET, **fields: object) -> bool:
    """Write an entry; False when there is no journal."""
    named = {"SYSLOG_IDENTIFIER": IDENTIFIER, **fields}
    lines = (f"{name}={' '.join(str(value).split())}\n" for name, value in named.items())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.setblocking(False)
        try:
            channel.sendto("".join(lines).encode(), path)
        except OSError:
            return False
    return True
