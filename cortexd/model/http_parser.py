"""One HTTP/1.1 response as its bytes arrive: the errors of this client, and the parser.

Knows nothing of sockets; httptools does the work and calls back.

    HttpError
    ├── CannotConnect    nothing is listening, or it does not accept in time
    ├── Broken           the connection ended before the response did
    └── NotHttp          the bytes are not an HTTP response
"""

from __future__ import annotations

import httptools

MAX_HEAD_BYTES = 64 * 1024

# "100 Continue" and the like may come before it.
_FIRST_FINAL_STATUS = 200
_FRAMING_HEADERS = frozenset({b"content-length", b"transfer-encoding"})


class HttpError(Exception):
    """Base of all errors here."""


class CannotConnect(HttpError):
    """Nothing is listening, or it does not accept in time."""


class Broken(HttpError):
    """The connection ended before the response did."""


class NotHttp(HttpError):
    """The bytes received are not an HTTP response."""


class ResponseParser:
    """Parses one response as its bytes arrive; httptools does the work and calls back.

    A body has chunks, a length, or ends with the connection.
    """

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._pieces: list[bytes] = []
        self._head_bytes = 0
        self._framed = False
        self.status = 0
        self.has_head = False
        self.is_complete = False
        self.keep_alive = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; return those of them that belong to the body.

        Raises:
            NotHttp: they are not a response.
        """
        if not self.has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            if not self.is_complete:
                raise NotHttp(f"{error} in {data[:80]!r}") from error
            self.keep_alive = False  # unexpected bytes follow the response
        if not self.has_head and self._head_bytes > MAX_HEAD_BYTES:
            raise NotHttp(f"headers of more than {MAX_HEAD_BYTES} bytes")
        pieces, self._pieces = self._pieces, []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def end(self) -> None:
        """The connection has ended.

        Raises:
            Broken: the reply has not.
        """
        if not self.has_head:
            raise Broken("the connection ended before the response")
        if self._framed:
            raise Broken("the connection ended in the middle of the response")
        self.is_complete = True

    # What the parser calls

    def on_header(self, name: bytes, _value: bytes) -> None:
        """Remember whether the headers say where the body ends."""
        self._framed |= name.lower() in _FRAMING_HEADERS

    def on_headers_complete(self) -> None:
        """The headers are complete, unless they are those of "100 Continue"."""
        self.status = self._parser.get_status_code()
        self.has_head = self.status >= _FIRST_FINAL_STATUS
        self.keep_alive = self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """The response is complete."""
        self.is_complete = self.has_head
