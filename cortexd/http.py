"""HTTP/1.1 as far as a client of one local model server needs it, and no further.

A request goes out whole; the reply's body comes in pieces as they arrive, whatever its
framing (chunks, a length, the end of the connection).  Connections are kept and used again.
``Chunked`` and ``Sized`` turn bytes into the body and know nothing of sockets; only
``Response`` and ``Pool`` wait.  Knows nothing of models or JSON.

A token costs a third of what it costs through httpcore, and the daemon 5 MB less: see
docs/decisions.

    HttpError
    ├── CannotConnect    nobody listens, or does not accept in time
    ├── Broken           the connection ended before the reply did
    └── NotHttp          what came is no HTTP reply
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

CONNECT_TIMEOUT_S = 5.0
# llama-server closes idle connections after 5 s; we let go of them before.
KEEPALIVE_S = 4.0
MAX_KEPT_CONNECTIONS = 8
MAX_HEAD_BYTES = 64 * 1024
# A chunk's size is a few hexadecimal digits, sometimes with an extension.
MAX_CHUNK_LINE_BYTES = 1024
# Unread bytes past which the server has to wait: some thousand tokens.
HIGH_WATER = 256 * 1024

_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: [^\r\n]*)?$")
_HEX = re.compile(rb"[0-9a-fA-F]{1,8}$")
_BODILESS = frozenset({204, 304})
_DEFAULT_PORTS = {"http": 80, "https": 443}

Header = tuple[bytes, bytes]


class HttpError(Exception):
    """Base of what can go wrong on the way."""


class CannotConnect(HttpError):
    """Nobody listens there, or does not accept in time."""


class Broken(HttpError):
    """The connection ended before the reply did."""


class NotHttp(HttpError):
    """What came is no HTTP reply."""


class Body(Protocol):
    """Bytes of the connection in, bytes of the body out."""

    done: bool

    def feed(self, data: bytes) -> bytes:
        """Take what has come; return what of it belongs to the body."""


class Sized:
    """A body of a known length; None is one that the end of the connection ends."""

    def __init__(self, length: int | None) -> None:
        self._left = length
        self.ends_with_connection = length is None
        self.done = length == 0

    def feed(self, data: bytes) -> bytes:
        """Take what has come."""
        if self._left is None:
            return data
        piece = data[: self._left]
        self._left -= len(piece)
        self.done = self._left == 0
        return piece


class Chunked:
    """A body in chunks (RFC 9112, section 7.1); trailers are skipped."""

    ends_with_connection = False

    def __init__(self) -> None:
        self.done = False
        self._rest = b""  # of a line that has not ended
        self._left = 0  # bytes of the current chunk that are still to come
        self._after_chunk = False  # the line end that closes a chunk is due
        self._trailer = False

    def feed(self, data: bytes) -> bytes:
        """Take what has come.

        Raises:
            NotHttp: it is no chunk.
        """
        buffer = self._rest + data
        self._rest = b""
        pos, pieces = 0, []
        while not self.done and pos < len(buffer):
            if self._left:
                piece = buffer[pos : pos + self._left]
                pieces.append(piece)
                pos += len(piece)
                self._left -= len(piece)
                self._after_chunk = self._left == 0
                continue
            end = buffer.find(b"\r\n", pos)
            if end < 0:
                self._rest = buffer[pos:]
                if len(self._rest) > MAX_CHUNK_LINE_BYTES:
                    raise NotHttp("a chunk without a size")
                break
            self._line(buffer[pos:end])
            pos = end + 2
        return b"".join(pieces)

    def _line(self, line: bytes) -> None:
        if self._after_chunk:
            if line:
                raise NotHttp("a chunk longer than its size")
            self._after_chunk = False
        elif self._trailer:
            self.done = not line
        else:
            digits = line.partition(b";")[0].strip()
            if not _HEX.match(digits):
                raise NotHttp(f"a chunk of size {line[:20]!r}")
            self._left = int(digits, 16)
            self._trailer = self._left == 0


class _Connection(asyncio.Protocol):
    """Collects what comes; ``read`` waits for it."""

    def __init__(self) -> None:
        self._received: list[bytes] = []
        self._size = 0
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._paused = False
        self.closed = False
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's own class

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._size += len(data)
        if self._size > HIGH_WATER and not self._paused and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._wake()

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    async def read(self) -> bytes:
        """All that has come since the last call, waiting for some; nothing at the end."""
        if not self._received and not self.closed:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        received = self._received
        data = received[0] if len(received) == 1 else b"".join(received)
        self._received = []
        self._size = 0
        if self._paused and self._transport is not None and not self.closed:
            self._transport.resume_reading()
            self._paused = False
        return data

    def close(self) -> None:
        """At once: nothing that is still to be sent is worth waiting for."""
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    @property
    def reusable(self) -> bool:
        """Whether another request may follow."""
        return not self.closed and not self._received

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Response:
    """A reply whose head has come."""

    def __init__(self, connection: _Connection, status: int, body: Chunked | Sized) -> None:
        self.status = status
        self._connection = connection
        self._body = body
        self._first = b""

    @property
    def complete(self) -> bool:
        """Whether the whole body has come."""
        return self._body.done

    def push(self, data: bytes) -> None:
        """What came together with the head."""
        self._first = data

    async def body(self) -> AsyncGenerator[bytes]:
        """The body in pieces, as they come.

        Raises:
            Broken: it ends too early.
            NotHttp: its framing is wrong.
        """
        data, self._first = self._first, b""
        while True:
            if data and (piece := self._body.feed(data)):
                yield piece
            if self._body.done:
                return
            if not (data := await self._connection.read()):
                if self._body.ends_with_connection:
                    return
                raise Broken("the connection ended in the middle of the reply")


class Pool:
    """Connections to the server at ``url`` (``http[s]://HOST[:PORT][/PATH]`` or ``unix:/PATH``)."""

    def __init__(self, url: str) -> None:
        self._socket_path = url.removeprefix("unix:") if url.startswith("unix:") else None
        parts = urlsplit("http://localhost" if self._socket_path else url)
        self._host = parts.hostname or ""
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._tls = parts.scheme == "https"
        self._prefix = parts.path.rstrip("/")
        self._host_header = parts.netloc.rpartition("@")[2].encode()
        self._kept: list[_Connection] = []

    def close(self) -> None:
        """Close the connections that are not in use."""
        for connection in self._kept:
            connection.close()
        self._kept.clear()

    @asynccontextmanager
    async def request(
        self, method: str, path: str, headers: Sequence[Header] = (), body: bytes = b""
    ) -> AsyncIterator[Response]:
        """Send one request; leaving the block before the reply is complete hangs up.

        Raises:
            CannotConnect, Broken, NotHttp
        """
        lines = [f"{method} {self._prefix}{path} HTTP/1.1".encode()]
        lines.append(b"Host: " + self._host_header)
        lines += [name + b": " + value for name, value in headers]
        lines.append(b"Content-Length: %d\r\n\r\n" % len(body))
        connection, response, reusable = await self._exchange(b"\r\n".join(lines) + body)
        try:
            yield response
        finally:
            if response.complete and reusable and connection.reusable:
                self._keep(connection)
            else:
                connection.close()

    async def _exchange(self, request: bytes) -> tuple[_Connection, Response, bool]:
        """Send on a kept connection, and again on a new one if the server had closed that."""
        if (kept := self._take()) is not None:
            try:
                return kept, *await _ask(kept, request)
            except Broken:
                self.close()  # the others are as old or older
        connection = await self._connect()
        return connection, *await _ask(connection, request)

    def _take(self) -> _Connection | None:
        oldest = asyncio.get_running_loop().time() - KEEPALIVE_S
        while self._kept:
            connection = self._kept.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def _keep(self, connection: _Connection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        self._kept.append(connection)
        if len(self._kept) > MAX_KEPT_CONNECTIONS:
            self._kept.pop(0).close()

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                if self._socket_path is not None:
                    _, connection = await loop.create_unix_connection(
                        _Connection, self._socket_path
                    )
                else:
                    _, connection = await loop.create_connection(
                        _Connection, self._host, self._port, ssl=self._tls or None
                    )
        except (OSError, TimeoutError, UnicodeError) as error:  # a host that no name can be
            raise CannotConnect(str(error) or type(error).__name__) from error
        return connection


async def _ask(connection: _Connection, request: bytes) -> tuple[Response, bool]:
    try:
        connection.write(request)
        return await _head(connection)
    except BaseException:
        connection.close()
        raise


async def _head(connection: _Connection) -> tuple[Response, bool]:
    """Read the head; the response, and whether the connection outlives it."""
    data = b""
    while True:
        while (end := data.find(b"\r\n\r\n")) < 0:
            if len(data) > MAX_HEAD_BYTES:
                raise NotHttp(f"a head of more than {MAX_HEAD_BYTES} bytes")
            if not (received := await connection.read()):
                raise Broken("the connection ended before the reply")
            data += received
            if not b"HTTP/1.".startswith(data[:7]):
                raise NotHttp(f"{data[:80]!r}")
        first, *lines = data[:end].split(b"\r\n")
        data = data[end + 4 :]
        if not (match := _STATUS.match(first)):
            raise NotHttp(f"{first[:80]!r}")
        status = int(match[2])
        if status >= 200:  # before it there may be "100 Continue"
            break
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip().lower()
    response = Response(connection, status, _framing(status, fields))
    response.push(data)
    return response, match[1] == b"1" and fields.get(b"connection") != b"close"


def _framing(status: int, fields: dict[bytes, bytes]) -> Chunked | Sized:
    if status in _BODILESS:
        return Sized(0)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        return Chunked()
    length = fields.get(b"content-length")
    if length is None:
        return Sized(None)
    if not length.isdigit() or len(length) > 18:
        raise NotHttp(f"a Content-Length of {length[:40]!r}")
    return Sized(int(length))
