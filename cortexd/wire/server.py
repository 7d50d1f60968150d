"""The listening sockets and the table of connections: accept, refuse, drain."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from cortexd.access import Level
from cortexd.api.errors import DaemonBusy
from cortexd.wire.connection import FRESH_GRACE_S, Connection
from cortexd.wire.ending import LINGERING_CLOSE_S
from cortexd.wire.turns import Turns

if TYPE_CHECKING:
    import socket

    from cortexd.access import Peer
    from cortexd.budget import Account
    from cortexd.config import LimitsSection
    from cortexd.dispatch import Dispatcher


# Read from a client at a time: what can be cut into requests in a millisecond.
RECEIVE_BYTES = 16 * 1024


class Server:
    """The listening sockets and the table of connections; hosts each `Connection`."""

    def __init__(self, dispatcher: Dispatcher, loop: asyncio.AbstractEventLoop) -> None:
        self.dispatcher = dispatcher
        self.loop = loop
        self.turns = Turns(loop)
        self.draining = False
        self.receive_buffer = memoryview(bytearray(RECEIVE_BYTES))
        self._connections: set[Connection] = set()
        self._listeners: list[asyncio.Server] = []
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def limits(self) -> LimitsSection:
        """The limits in force."""
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

    def account(self, peer: Peer) -> Account:
        """The account of the user who has connected."""
        return self.dispatcher.context.budgets.account(peer.uid)

    def admit(self, connection: Connection) -> DaemonBusy | None:
        """Count a client that has connected, or say why it cannot be accepted.

        When there is no room, a connection of the user with most of them may give way.
        """
        self.turns.yield_to_newcomers()
        context = self.dispatcher.context
        budgets, peer = context.budgets, connection.peer
        try:
            displaced = budgets.make_room(peer.uid, lambda: context.level_of(peer) is Level.ADMIN)
        except DaemonBusy as refusal:
            context.counters.refused_connections += 1
            return refusal
        if isinstance(displaced, Connection):
            reason = budgets.explain_closing(displaced.peer.uid)
            context.counters.displaced_connections += 1
            self.remove(displaced)
            displaced.give_way(reason)
        budgets.add(self.account(peer), connection)
        context.counters.connections += 1
        self._connections.add(connection)
        self._empty.clear()
        return None

    def remove(self, connection: Connection) -> None:
        """Forget a client that is gone."""
        if connection in self._connections:
            self._connections.discard(connection)
            self.dispatcher.context.budgets.remove(self.account(connection.peer), connection)
        if not self._connections:
            self._empty.set()

    async def drain(self, timeout_s: float) -> None:
        """Accept no more clients, let running requests finish, then end the rest."""
        self.draining = True
        for listener in self._listeners:
            listener.close()
        # Until then, clients that have just connected are served like any other.
        self.loop.call_later(FRESH_GRACE_S, self.dispatcher.stop_work)
        for connection in list(self._connections):
            connection.close_when_idle()
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            for connection in list(self._connections):
                connection.cancel_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGERING_CLOSE_S):
                    await self._empty.wait()
