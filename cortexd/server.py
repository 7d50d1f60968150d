"""The listening sockets and the table of connections: accept, refuse, drain."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from cortexd.api.errors import (
    DaemonBusy,
)

if TYPE_CHECKING:
    from cortexd.config import LimitsSection
    from cortexd.dispatch import Dispatcher

# How long one client is served before the others' turn: two hundred pings, or a few of
# what takes longer.  Nobody feels it, and one turn's overhead is nothing beside it.
TURN_S = 0.002
# Unanswered requests of one client past which nothing more is read from it.
MAX_PENDING = 64
# Bytes waiting in a client's transport past which we stop reading from it and streaming.
WRITE_HIGH_WATER = 256 * 1024
# socat gives up 0.5 s after its end of input unless bytes come.
KEEPALIVE_S = 0.25
# How often a client that has half-closed is looked at for being gone altogether.
HANGUP_CHECK_S = 0.1
# After a request without newline: the newline may be in the next packet.
BARE_LINGER_S = 0.01
# How long a client that was refused may take to notice.
LET_GO_S = 2.0


class Server:
    """The listening sockets and the table of connections."""

    def __init__(self, dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop) -> None:
        self.dispatcher = dispatcher
        self.loop = loop
        self.draining = False
        self._connections: set[Connection] = set()
        self._listeners: list[asyncio.Server] = []
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def limits(self) -> LimitsSection:
        """The limits that hold now."""
        return self.dispatcher.context.config.limits

    def __len__(self) -> int:
        return len(self._connections)

    async def listen(self, sockets: list[socket.socket], backlog: int) -> None:
        """Accept clients on every socket."""
        for listening in sockets:
            self._listeners.append(
                await self.loop.create_unix_server(
                    lambda: Connection(self), sock=listening, backlog=backlog
                )
            )

    def refusal(self) -> DaemonBusy | None:
        """Why a new client cannot be taken, or None."""
        limit = self.limits.max_connections
        if len(self._connections) < limit:
            return None
        self.dispatcher.context.counters.refused_connections += 1
        return DaemonBusy(
            f"{limit} clients are connected; that is the limit",
            hint="close some, or raise limits.max_connections in daemon.yaml",
            retry_after_s=1.0,
        )

    def add(self, connection: Connection) -> None:
        """A client has come."""
        self.dispatcher.context.counters.connections += 1
        self._connections.add(connection)
        self._empty.clear()

    def remove(self, connection: Connection) -> None:
        """A client has gone."""
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

    async def drain(self, timeout_s: float) -> None:
        """Take no more clients, let running requests finish, then end what is left."""
        self.draining = True
        self.dispatcher.closing = True
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections):
            connection.close_when_idle()
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            for connection in list(self._connections):
                connection.cancel_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LET_GO_S):
                    await self._empty.wait()
