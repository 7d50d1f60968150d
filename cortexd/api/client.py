"""Blocking client of the daemon: ``call`` for one reply, ``stream`` for events.

Imports neither asyncio nor pydantic, so a command that only pings stays quick.
Error replies come back as the same exceptions that the daemon raised.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cortexd.api.errors import BY_CODE, BadReply, CortexError, DaemonUnreachable, RequestTooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFAULT_SOCKET = "/run/cortex/cortex.sock"
# Connecting to a live daemon takes microseconds; a full backlog is worth a short wait.
CONNECT_TIMEOUT_S = 5.0
RECEIVE_BYTES = 64 * 1024
# A reply is bounded only so that a peer that is no daemon cannot fill our memory.
MAX_REPLY_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One line before the final reply: a token, an alert."""

    name: str
    data: dict[str, Any]


class Client:
    """One connection to the daemon; not safe for several threads."""

    def __init__(
        self, path: str | Path = DEFAULT_SOCKET, *, timeout_s: float | None = None
    ) -> None:
        """Connect to ``path``; ``timeout_s`` bounds the wait for each piece of a reply.

        Raises:
            DaemonUnreachable: nothing is listening; the hint says how to start it.
        """
        self.path = str(path)
        self._buffer = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Not settimeout: with it a full backlog is an error at once, and no wait.
        limit = struct.pack("@ll", int(CONNECT_TIMEOUT_S), 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        try:
            self._socket.connect(self.path)
        except OSError as error:
            self._socket.close()
            raise _unreachable_error(self.path, error) from error
        self._socket.settimeout(timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection; the daemon cancels what it was still doing for it."""
        self._socket.close()

    def call(self, command: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its data.

        Raises:
            CortexError: the subclass that the daemon's error code names.
            DaemonUnreachable: the connection broke off or the time limit passed.
        """
        for message in self._exchange(command, params):
            if not isinstance(message, Event):
                return message
        raise AssertionError  # pragma: no cover - the exchange ends with a reply or raises

    def stream(self, command: str, **params: Any) -> Iterator[Event | dict[str, Any]]:
        """Send one command; yield its events, then its data.  Errors as in ``call``."""
        return self._exchange(command, params)

    def _exchange(self, command: str, params: dict[str, Any]) -> Iterator[Event | dict[str, Any]]:
        request = json.dumps({"command": command, "params": params}, ensure_ascii=False)
        try:
            self._socket.sendall(request.encode(errors="replace") + b"\n")
        except BrokenPipeError:
            pass  # refused already: the reason is waiting to be read
        except OSError as error:
            raise _broken_error(self.path, error) from error
        while True:
            message = self._receive()
            if "event" in message:
                yield Event(str(message["event"]), message.get("data") or {})
                continue
            yield _extract_data(message)
            return

    def _receive(self) -> dict[str, Any]:
        line = self._read_line()
        try:
            message = json.loads(line)
        except ValueError as error:
            raise BadReply(f"the reply is not JSON: {line[:80]!r}") from error
        if not isinstance(message, dict):
            raise BadReply(f"the reply is not an object: {line[:80]!r}")
        return message

    def _read_line(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MAX_REPLY_BYTES:
                raise RequestTooLarge(f"the reply is longer than {MAX_REPLY_BYTES} bytes")
            try:
                received = self._socket.recv(RECEIVE_BYTES)
            except OSError as error:
                raise _broken_error(self.path, error) from error
            if not received:
                raise _broken_error(self.path, None)
            self._buffer += received
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line


def _extract_data(message: dict[str, Any]) -> dict[str, Any]:
    if message.get("status") == "ok" and isinstance(message.get("data"), dict):
        data: dict[str, Any] = message["data"]
        return data
    error = message.get("error")
    if not isinstance(error, dict):
        raise BadReply(f"the reply has neither data nor error: {str(message)[:80]}")
    raise error_from_wire(error)


def error_from_wire(error: dict[str, Any]) -> CortexError:
    """The exception for an error object of the ``command`` dialect."""
    details = {str(key): value for key, value in (error.get("details") or {}).items()}
    hint = details.pop("hint", None)
    rebuilt = BY_CODE.get(str(error.get("code")), CortexError)(
        str(error.get("message")), hint=str(hint) if hint is not None else None
    )
    rebuilt.details = details
    return rebuilt


def _unreachable_error(path: str, error: OSError) -> DaemonUnreachable:
    if isinstance(error, PermissionError):
        return DaemonUnreachable(f"no permission to use the socket {path}")
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "the socket does not exist",
        ConnectionRefusedError: "nothing is listening",
        BlockingIOError: f"no connection within {CONNECT_TIMEOUT_S:g} s",
    }
    reason = next((text for kind, text in reasons.items() if isinstance(error, kind)), None)
    return DaemonUnreachable(
        f"cannot reach cortexd at {path}: {reason or error.strerror or error}",
        hint="start it with: systemctl start cortexd   (or without root: cortex up)",
    )


def _broken_error(path: str, error: OSError | None) -> DaemonUnreachable:
    if isinstance(error, TimeoutError):
        return DaemonUnreachable(f"cortexd at {path} did not answer in time")
    return DaemonUnreachable(
        f"cortexd at {path} closed the connection before its reply"
        + (f": {error.strerror}" if error and error.strerror else ""),
        hint="see why: journalctl -u cortexd -n 50",
    )
