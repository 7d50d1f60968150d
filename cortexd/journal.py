"""The journal's native protocol: one datagram per entry, with separate fields.

Written here in forty lines because python-systemd is a compiled package that not every
Python has, and the daemon only sends.  An entry that cannot be sent is
dropped: logging must never stop the daemon.  Knows nothing of ``logging``.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET = "/run/systemd/journal/socket"
# A datagram on a Unix socket holds about 200 KiB; a longer value is cut, not lost.
MAX_VALUE_BYTES = 32 * 1024
_CUT = " … (cut)".encode()


class Journal:
    """A socket to journald; tests use another ``path``."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        # A journal that hangs costs an entry, not the event loop.
        self._socket.setblocking(False)

    def send(self, fields: Mapping[str, object]) -> bool:
        """Write one entry; False if journald did not accept it."""
        try:
            self._socket.sendto(encode(fields), self._path)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def is_stderr() -> bool:
    """Whether standard error goes to the journal, according to systemd's JOURNAL_STREAM."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        stderr = os.fstat(2)
    except OSError:
        return False
    return (device, inode) == (str(stderr.st_dev), str(stderr.st_ino))


def encode(fields: Mapping[str, object]) -> bytes:
    """One entry on the wire; a value with a newline carries its length (journald's format)."""
    out = bytearray()
    for name, value in fields.items():
        raw = str(value).encode(errors="backslashreplace")
        if len(raw) > MAX_VALUE_BYTES:
            raw = raw[:MAX_VALUE_BYTES] + _CUT
        if b"\n" in raw:
            out += name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"
        else:
            out += name.encode() + b"=" + raw + b"\n"
    return bytes(out)
