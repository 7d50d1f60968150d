"""GET /metrics over HTTP, for Prometheus; off by default, on loopback unless configured.

Just enough HTTP for a scraper: one request a connection, bounded in size and time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortexd.config import MetricsSection

_log = logging.getLogger(__name__)

MAX_HEAD_BYTES = 8192
TIMEOUT_S = 5.0
MAX_CONNECTIONS = 16
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class MetricsEndpoint:
    """The listener, if the configuration enables one."""

    def __init__(self, render: Callable[[], str]) -> None:
        self.problem: str | None = None
        self.address: tuple[str, int] | None = None
        self._render = render
        self._server: asyncio.Server | None = None
        self._settings: MetricsSection | None = None
        self._open = 0

    async def configure(self, settings: MetricsSection) -> None:
        """Listen as ``settings`` say; a failure is logged and kept in ``problem``."""
        if settings == self._settings:
            return
        await self.stop()
        self._settings = settings
        if not settings.enabled:
            return
        try:
            self._server = await asyncio.start_server(
                self._serve, settings.host, settings.port, limit=MAX_HEAD_BYTES
            )
        except OSError as error:
            reason = error.strerror or str(error)
            self.problem = f"cannot listen on {settings.host}:{settings.port}: {reason}"
            _log.error("metrics over HTTP are unavailable: %s", self.problem)
            return
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = host, port
        _log.info("metrics on http://%s:%d/metrics", host, port)

    async def stop(self) -> None:
        """Close the listener."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.problem = self.address = self._settings = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            async with asyncio.timeout(TIMEOUT_S):
                writer.write(await self._answer(reader))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # not a scraper, or one that is gone
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        if self._open > MAX_CONNECTIONS:
            return _build_reply("503 Service Unavailable", "too many connections\n")
        head = await reader.readuntil(b"\r\n\r\n")
        method, path = [*head.split(b"\r\n", 1)[0].split(b" "), b"", b""][:2]
        if method not in (b"GET", b"HEAD"):
            return _build_reply("405 Method Not Allowed", "use GET /metrics\n")
        if path.partition(b"?")[0] not in (b"/metrics", b"/metrics/"):
            return _build_reply("404 Not Found", "the metrics are at /metrics\n")
        return _build_reply("200 OK", self._render(), with_body=method == b"GET")


def _build_reply(status: str, text: str, *, with_body: bool = True) -> bytes:
    body = text.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (body if with_body else b"")
