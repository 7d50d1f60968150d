"""Every error that a client can get, and its form on the wire.

    CortexError
    ├── ProtocolError            the bytes are not a request
    │   ├── InvalidJson          INVALID_JSON
    │   ├── InvalidRequest       INVALID_REQUEST
    │   └── RequestTooLarge      REQUEST_TOO_LARGE
    ├── InvalidCommand           INVALID_COMMAND
    ├── InvalidParams            INVALID_PARAMS
    ├── InternalError            INTERNAL_ERROR
    ├── Unauthorized             UNAUTHORIZED
    ├── NotFound                 NOT_FOUND
    ├── ConfigError              CONFIG_ERROR
    ├── DaemonBusy               DAEMON_BUSY
    ├── RateLimited              RATE_LIMITED
    ├── RequestTimeout           TIMEOUT
    ├── Cancelled                CANCELLED
    ├── ShuttingDown             SHUTTING_DOWN
    ├── ModelNotLoaded           MODEL_NOT_LOADED
    ├── LlmUnavailable           LLM_UNAVAILABLE
    └── ContextExceeded          CONTEXT_EXCEEDED

and, on the client's side of the socket, ``DaemonUnreachable`` and ``BadReply``,
which are never sent.  A message is a sentence with the offending value and the limit;
``hint`` says what a person can do about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable

# Enough of an offending value to recognise it; a whole one could be a megabyte.
SHOWN_VALUE_CHARS = 80


class CortexError(Exception):
    """Base of all errors; ``code`` is stable text, ``number`` its JSON-RPC counterpart."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    number: ClassVar[int] = -32603

    def __init__(self, message: str, *, hint: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, Any] = details

    def wire_details(self) -> dict[str, Any]:
        """Details as they are sent: the named values, and the hint if there is one."""
        return self.details if self.hint is None else {**self.details, "hint": self.hint}


class ProtocolError(CortexError):
    """The bytes received are not a request."""

    code = "INVALID_REQUEST"
    number = -32600


class InvalidJson(ProtocolError):
    """The bytes are not JSON as defined by RFC 8259 (duplicate keys and NaN are refused too)."""

    code = "INVALID_JSON"
    number = -32700


class InvalidRequest(ProtocolError):
    """Valid JSON, but not a request: not an object, no command, or a member of the wrong type."""


class RequestTooLarge(ProtocolError):
    """A request longer than ``limits.max_frame_bytes``; the reply closes the connection."""

    code = "REQUEST_TOO_LARGE"
    number = 109


class InvalidCommand(CortexError):
    """Unknown command."""

    code = "INVALID_COMMAND"
    number = -32601


class InvalidParams(CortexError):
    """A parameter is missing, unknown, of the wrong type or out of range."""

    code = "INVALID_PARAMS"
    number = -32602


class InternalError(CortexError):
    """A bug in the daemon; its traceback is in the journal, never in the reply."""


class ModelNotLoaded(CortexError):
    """The model server is running, but its model was not ready within the load timeout."""

    code = "MODEL_NOT_LOADED"
    number = 100


class DaemonBusy(CortexError):
    """The queue or the connection table is full; ``retry_after_s`` says when to try again."""

    code = "DAEMON_BUSY"
    number = 101


class RateLimited(CortexError):
    """A user sent more requests than ``limits.requests_per_second`` allows."""

    code = "RATE_LIMITED"
    number = 102


class NotFound(CortexError):
    """Nothing exists under this id."""

    code = "NOT_FOUND"
    number = 103


class ConfigError(CortexError):
    """A configuration file or variable is invalid; the running configuration stays in effect."""

    code = "CONFIG_ERROR"
    number = 104


class RequestTimeout(CortexError):
    """The time limit expired before the request was complete."""

    code = "TIMEOUT"
    number = 105


class Unauthorized(CortexError):
    """The user may not use this command."""

    code = "UNAUTHORIZED"
    number = 106


class LlmUnavailable(CortexError):
    """The model server is absent, exited, or sent an invalid response."""

    code = "LLM_UNAVAILABLE"
    number = 107


class ContextExceeded(CortexError):
    """The prompt exceeds the model's context; ``details`` give both lengths in tokens."""

    code = "CONTEXT_EXCEEDED"
    number = 108


class Cancelled(CortexError):
    """The request was cancelled by its owner or an administrator."""

    code = "CANCELLED"
    number = 110


class ShuttingDown(CortexError):
    """The daemon is stopping and accepts no new requests."""

    code = "SHUTTING_DOWN"
    number = 111


class DaemonUnreachable(CortexError):
    """Client side: nothing is listening on the socket, or the connection was lost."""

    code = "DAEMON_UNREACHABLE"
    number = 1000


class BadReply(CortexError):
    """Client side: the reply does not follow this protocol."""

    code = "BAD_REPLY"
    number = 1001


def _subclasses(cls: type[CortexError]) -> list[type[CortexError]]:
    return [cls, *(leaf for sub in cls.__subclasses__() for leaf in _subclasses(sub))]


# ProtocolError comes before InvalidRequest: the more specific class wins a shared code.
BY_CODE: dict[str, type[CortexError]] = {cls.code: cls for cls in _subclasses(CortexError)}
BY_CODE["INTERNAL_ERROR"] = InternalError
BY_NUMBER: dict[int, type[CortexError]] = {cls.number: cls for cls in BY_CODE.values()}


def quote(value: object, limit: int = SHOWN_VALUE_CHARS) -> str:
    """``value`` for a message: quoted, escaped, and cut to a recognisable length."""
    text = ascii(value) if not isinstance(value, str) else repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def find_nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that ``name`` was probably meant to be, or None."""
    from difflib import get_close_matches  # rarely needed, slow to import

    matches = get_close_matches(name[:SHOWN_VALUE_CHARS].lower(), list(valid), n=1, cutoff=0.55)
    return matches[0] if matches else None
