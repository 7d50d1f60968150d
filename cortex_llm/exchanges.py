"""The bytes of one HTTP connection, both ways, as requests that begin and end. No I/O.

A observer: what it is shown goes its way whatever it makes of it. Heads are read, bodies are
counted and never kept. Where it loses its place (no HTTP, an endless head, an upgrade) it
stops looking at that direction; what it then cannot see ends with the connection.

Kept to what is small: the relay that holds it counts in the model server's memory limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from time import monotonic
from typing import Any

import httptools

MAX_HEAD_BYTES = 64 * 1024  # llama.cpp itself takes 8 KiB a line
MAX_PATH = 120  # characters for the journal; the API's own paths have a tenth
MAX_ID = 64  # cortexd's ids have 32, those of a batch a few more
_ID_CHARACTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_FIRST_FINAL_STATUS = 200  # before it there may be "100 Continue"


class Outcome(Enum):
    """How a request ended."""

    ANSWERED = "answered"  # the whole reply has come, whatever its status
    CANCELLED = "cancelled"  # the client went away
    BROKEN = "broken"  # the engine did
    STOPPED = "stopped"  # the service was told to


class Exchange:
    """One request and its reply; times in seconds of the monotonic clock, sizes of bodies."""

    def __init__(self, request_id: str | None, method: str, path: str) -> None:
        self.request_id = request_id
        self.method = method
        self.path = path
        self.began = monotonic()
        self.first_byte: float | None = None
        self.ended = 0.0
        self.status = 0  # of HTTP; 0 until the head of the reply has come
        self.request_bytes = 0
        self.reply_bytes = 0
        self.framed = False  # whether the reply's end can be told from its head


class Observer:
    """One connection. `began` and `ended` are called as requests do."""

    def __init__(
        self, began: Callable[[Exchange], None], ended: Callable[[Exchange, Outcome], None]
    ) -> None:
        self._ended = ended
        self._open: deque[Exchange] = deque()
        self._requests = _Requests(self._open, began)
        self._replies = _Replies(self._open, self._finish)

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way, so that the next bytes begin one."""
        return not self._open and self._requests.is_between

    def feed_request(self, data: bytes) -> None:
        """The client has sent this."""
        self._requests.feed(data)

    def feed_reply(self, data: bytes) -> None:
        """The engine has sent this."""
        if self._open and self._open[0].first_byte is None:
            self._open[0].first_byte = monotonic()
        self._replies.feed(data)

    def close(self, outcome: Outcome) -> None:
        """The connection is over, by whom says `outcome`."""
        if outcome is Outcome.BROKEN and self._open:
            first = self._open[0]
            if first.status and not first.framed:  # such a reply ends with the connection
                self._finish(Outcome.ANSWERED)
        while self._open:
            self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        exchange = self._open.popleft()
        exchange.ended = monotonic()
        self._ended(exchange, outcome)


class _Direction:
    """What both directions share: bytes in, until one's place is lost."""

    def __init__(self, open_: deque[Exchange]) -> None:
        self._open = open_
        self._parser: Any = None
        self._head_bytes = 0
        self._in_head = True
        self._lost = False

    @property
    def is_between(self) -> bool:
        """Whether the last message is complete and nothing of the next one has come."""
        return self._in_head and not self._head_bytes and not self._lost

    def feed(self, data: bytes) -> None:
        if self._lost:
            return
        if self._in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._lost = True
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._lost = True

    def _message_is_read(self) -> None:
        self._in_head = True
        self._head_bytes = 0


class _Requests(_Direction):
    """httptools calls the on_… methods."""

    def __init__(self, open_: deque[Exchange], began: Callable[[Exchange], None]) -> None:
        super().__init__(open_)
        self._parser = httptools.HttpRequestParser(self)
        self._began = began
        self._target = b""
        self._request_id: str | None = None
        self._latest: Exchange | None = None

    def on_message_begin(self) -> None:
        self._target = b""
        self._request_id = None

    def on_url(self, piece: bytes) -> None:
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._request_id is None and name.lower() == b"x-request-id":
            self._request_id = read_request_id(value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        method = self._parser.get_method().decode("ascii", "replace")
        self._latest = Exchange(self._request_id, method, mask_path(self._target))
        self._open.append(self._latest)
        self._began(self._latest)

    def on_body(self, body: bytes) -> None:
        if self._latest is not None:
            self._latest.request_bytes += len(body)

    def on_message_complete(self) -> None:
        self._message_is_read()


class _Replies(_Direction):
    """httptools calls the on_… methods."""

    def __init__(self, open_: deque[Exchange], finish: Callable[[Outcome], None]) -> None:
        super().__init__(open_)
        self._finish = finish
        self._parser = httptools.HttpResponseParser(self)
        self._bodiless = False  # the parser waits for a body that a reply to HEAD has not

    def feed(self, data: bytes) -> None:
        if self._bodiless:
            self._parser = httptools.HttpResponseParser(self)
            self._bodiless = False
        super().feed(data)

    def on_header(self, name: bytes, _value: bytes) -> None:
        if self._open and name.lower() in (b"content-length", b"transfer-encoding"):
            self._open[0].framed = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        status = self._parser.get_status_code()
        if not self._open or status < _FIRST_FINAL_STATUS:
            return
        self._open[0].status = status
        if self._open[0].method == "HEAD":
            self._bodiless = True
            self._message_is_read()
            self._finish(Outcome.ANSWERED)

    def on_body(self, body: bytes) -> None:
        if self._open and not self._bodiless:
            self._open[0].reply_bytes += len(body)

    def on_message_complete(self) -> None:
        self._message_is_read()
        if self._open and self._open[0].status and not self._bodiless:
            self._finish(Outcome.ANSWERED)


def read_request_id(raw: bytes) -> str | None:
    """The id, or None when it is not 1 to 64 letters, digits, dots, dashes and underscores."""
    if not 0 < len(raw) <= MAX_ID or not _ID_CHARACTERS.issuperset(raw):
        return None
    return raw.decode("ascii")


def mask_path(target: bytes) -> str:
    """The path for the journal: without its query, which may hold what was asked."""
    path = target.partition(b"?")[0].decode("ascii", "replace")
    return "".join(char if char.isprintable() else "?" for char in path[:MAX_PATH])
