"""HTTP/1.1 as far as a client of one local model server needs it, and no further.

A request is sent whole; the body of the response comes in pieces as they arrive.
Connections are kept and reused.  ``http_parser`` reads the bytes; this module does the waiting.
Nothing here knows of models or JSON.

A token costs a third of its cost with httpcore, and the daemon is 4 MB smaller: see
docs/decisions/0004.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cortexd.model.http_parser import Broken, CannotConnect, ResponseParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

CONNECT_TIMEOUT_S = 5.0
# llama-server closes idle connections after 5 s; we close them first.
KEEPALIVE_S = 4.0
MAX_KEPT_CONNECTIONS = 8
# Unread bytes past which the server has to wait: some thousand tokens.
HIGH_WATER = 256 * 1024

_DEFAULT_PORTS = {"http": 80, "https": 443}

Header = tuple[bytes, bytes]


class _Connection(asyncio.Protocol):
    """Collects what arrives; ``read`` waits for it."""

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
        """All bytes since the last call, waiting for some; empty at the end."""
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
        """Close at once, without sending what is still buffered."""
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
    """A response whose headers have arrived."""

    def __init__(self, connection: _Connection, reply: ResponseParser, first: bytes) -> None:
        self.status = reply.status
        self._connection = connection
        self._reply = reply
        self._first = first  # the part of the body that arrived with the headers

    @property
    def reusable(self) -> bool:
        """Whether the connection can carry another request."""
        return self._reply.is_complete and self._reply.keep_alive and self._connection.reusable

    async def body(self) -> AsyncGenerator[bytes]:
        """The body in pieces, as they arrive.

        Raises:
            Broken: it ends too early.
            NotHttp: its framing is wrong.
        """
        if self._first:
            yield self._first
        while not self._reply.is_complete:
            if not (data := await self._connection.read()):
                self._reply.end()
            elif piece := self._reply.feed(data):
                yield piece


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
        """Send one request; leaving the block before the response is complete disconnects.

        Raises:
            CannotConnect, Broken, NotHttp
        """
        lines = [f"{method} {self._prefix}{path} HTTP/1.1".encode()]
        lines.append(b"Host: " + self._host_header)
        lines += [name + b": " + value for name, value in headers]
        lines.append(b"Content-Length: %d\r\n\r\n" % len(body))
        connection, response = await self._exchange(b"\r\n".join(lines) + body)
        try:
            yield response
        finally:
            if response.reusable:
                self._keep(connection)
            else:
                connection.close()

    async def _exchange(self, request: bytes) -> tuple[_Connection, Response]:
        """Send on a kept connection, and again on a new one if the server had closed that."""
        if (kept := self._take()) is not None:
            try:
                return kept, await _send_request(kept, request)
            except Broken:
                self.close()  # the others are as old or older
        connection = await self._connect()
        return connection, await _send_request(connection, request)

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
        except (OSError, TimeoutError, UnicodeError) as error:  # not a valid host name
            raise CannotConnect(str(error) or type(error).__name__) from error
        return connection


async def _send_request(connection: _Connection, request: bytes) -> Response:
    """Send the request and wait for the headers of its response."""
    reply = ResponseParser()
    body = b""
    try:
        connection.write(request)
        while not reply.has_head:
            if data := await connection.read():
                body += reply.feed(data)
            else:
                reply.end()
    except BaseException:
        connection.close()
        raise
    return Response(connection, reply, body)
