"""The head of a connection's first request, and the API key in it; no I/O."""

from __future__ import annotations

from http import HTTPStatus

import httptools

MAX_HEAD_BYTES = 16 * 1024  # the model server takes 8 KiB a line
_KEY_HEADERS = (b"authorization", b"x-api-key")


class RefusedError(Exception):
    """A connection that goes no further: the HTTP status and the reason."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RequestHead:
    """Finds the keys in the head of a connection's first request; no I/O."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self.received = b""
        self.keys: list[bytes] = []
        self.is_complete = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            RefusedError: they are no HTTP request, or the head is too long.
        """
        self.received += data
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.is_complete:
                raise RefusedError(HTTPStatus.BAD_REQUEST, "this is no HTTP request") from error
        if not self.is_complete and len(self.received) > MAX_HEAD_BYTES:
            raise RefusedError(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"the headers have more than {MAX_HEAD_BYTES} bytes",
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser for each header."""
        if name.lower() in _KEY_HEADERS:
            self.keys.append(value.removeprefix(b"Bearer "))

    def on_headers_complete(self) -> None:
        """Called by the parser after the last header."""
        self.is_complete = True
