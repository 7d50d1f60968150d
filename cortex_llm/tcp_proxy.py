"""``tcp-proxy``: the model server for clients that speak TCP, where an administrator wants it.

systemd listens (cortex-llm-tcp.socket).  Connecting to the model server loads the model and
occupies one of its threads, so a connection gets there only once its first request has shown the
API key.  Until then it costs a few kilobytes here, for a few seconds:

- of ``MAX_CONNECTIONS`` the oldest without the key gives way to a newcomer, so nobody can keep
  others out by holding connections open;
- ``MAX_RELAYED`` of them have shown the key and are relayed, fewer than cortex-llm-proxy accepts:
  there is always room for cortexd.

The model server checks the key of every request itself.  Knows nothing of models or JSON; bytes
are relayed unchanged.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING

from cortex_llm import config
from cortex_llm.errors import UsageError
from cortex_llm.request_head import MAX_HEAD_BYTES, RefusedError, RequestHead
from cortex_llm.unit import PUBLIC_ENDPOINT, SERVICE, TCP_SOCKET

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

MAX_CONNECTIONS = 64
MAX_RELAYED = 32
# A client has the key at hand when it connects.
HEAD_TIMEOUT_S = 5.0
CHUNK = 64 * 1024
BACKLOG = 512  # as the socket unit's
# The model server refuses a request before it has read all of it, and reads the rest.
LINGER_S = 5.0
# sd_listen_fds(3): the first descriptor that systemd passes on.
FIRST_FD = 3


class TcpProxy:
    """Accepts clients, and relays those with the key to the model server."""

    def __init__(self, api_key: str, upstream: Path) -> None:
        self._api_key = api_key.encode()
        self._upstream = upstream
        self._keyless: dict[asyncio.Task[None], None] = {}  # the oldest first
        self._relayed = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, listening: socket.socket) -> None:
        """Accept clients until cancelled."""
        server = await asyncio.start_server(
            self._handle, sock=listening, limit=CHUNK, backlog=BACKLOG
        )
        try:
            async with server:
                await server.serve_forever()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._admit()
        try:
            head = await self._read_head(reader)
            await self._relay(reader, writer, head)
        except RefusedError as error:
            with contextlib.suppress(OSError):
                writer.write(_render_refusal(error))
                await asyncio.wait_for(writer.drain(), HEAD_TIMEOUT_S)
        except (OSError, TimeoutError):
            pass  # gone, or silent for too long
        except asyncio.CancelledError:  # it gave way
            writer.transport.abort()
        finally:
            writer.close()

    def _admit(self) -> None:
        """Count the current task's connection; the oldest without the key may give way."""
        if (task := asyncio.current_task()) is None:  # pragma: no cover - a callback is a task
            return
        if len(self._tasks) >= MAX_CONNECTIONS and self._keyless:
            oldest = next(iter(self._keyless))
            del self._keyless[oldest]
            oldest.cancel()
        self._tasks.add(task)
        self._keyless[task] = None
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._keyless.pop(task, None)

    async def _read_head(self, reader: asyncio.StreamReader) -> bytes:
        """What the client has sent, once it has shown the key.

        Raises:
            RefusedError: it has not, or it sends something else.
            TimeoutError: it sends too slowly.
        """
        head = RequestHead()
        async with asyncio.timeout(HEAD_TIMEOUT_S):
            while not head.is_complete:
                if not (data := await reader.read(MAX_HEAD_BYTES)):
                    raise RefusedError(HTTPStatus.BAD_REQUEST, "the request is incomplete")
                head.feed(data)
        if not any(hmac.compare_digest(key, self._api_key) for key in head.keys):
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "the API key is missing or wrong; it is in /etc/cortex/llm.key, for root",
            )
        return head.received

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        if self._relayed >= MAX_RELAYED:
            raise RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{self._relayed} connections are open; the limit is {MAX_RELAYED}",
            )
        if (task := asyncio.current_task()) is not None:
            self._keyless.pop(task, None)
        self._relayed += 1
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
                engine.setblocking(False)
                try:
                    await asyncio.get_running_loop().sock_connect(engine, str(self._upstream))
                except OSError as error:
                    raise RefusedError(
                        HTTPStatus.BAD_GATEWAY,
                        f"the model server is unreachable; see: systemctl status {SERVICE}",
                    ) from error
                await _copy_both(head, (reader, writer), engine)
        finally:
            self._relayed -= 1


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _copy_both(head: bytes, client: _Stream, engine: socket.socket) -> None:
    """Relay both ways until the model server ends.

    It may answer and close without having read the request: the answer is passed on all the
    same.  Of a transport a failed write would end reading, too; a socket's are apart.
    """
    reader, writer = client
    sending = asyncio.create_task(_send(head, reader, engine))
    try:
        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(engine, CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(sending, LINGER_S)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send(head: bytes, reader: asyncio.StreamReader, engine: socket.socket) -> None:
    """Send ``head`` and what follows it, until the client ends, and pass that on."""
    loop = asyncio.get_running_loop()
    data = head
    while data:
        await loop.sock_sendall(engine, data)
        data = await reader.read(CHUNK)
    engine.shutdown(socket.SHUT_WR)


def _render_refusal(error: RefusedError) -> bytes:
    """The response, in the form of the model server's own errors."""
    body = {"error": {"code": error.status, "message": str(error), "type": error.status.name}}
    text = json.dumps(body).encode()
    lines = (
        f"HTTP/1.1 {error.status.value} {error.status.phrase}",
        "Content-Type: application/json",
        f"Content-Length: {len(text)}",
        "Connection: close",
        "\r\n",
    )
    return "\r\n".join(lines).encode() + text


def command(_arguments: argparse.Namespace) -> int:
    """``tcp-proxy``: relay until stopped.

    Raises:
        UsageError: systemd has passed no socket, or there is no key.
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        raise UsageError(
            "tcp-proxy needs a listening socket from systemd",
            hint=f"sudo systemctl enable --now {TCP_SOCKET}",
        )
    if not (api_key := config.load().api_key):
        raise UsageError(
            "tcp-proxy needs an API key: every local user can connect",
            hint="set one up: sudo scripts/install-llm.sh configure",
        )
    with socket.socket(fileno=FIRST_FD) as listening, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(TcpProxy(api_key, PUBLIC_ENDPOINT.path).serve(listening))
    return 0
