"""One request's place in the order of a connection's replies.

A slot is what a handler sees as its caller.  Events and replies leave in the order of the
requests: what comes too early is kept until the requests before it are answered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cortexd.access import Peer
    from cortexd.api.dialects import Call


class Outlet(Protocol):
    """What a slot needs of its connection."""

    peer: Peer

    def is_first(self, slot: Slot) -> bool:
        """Whether ``slot`` is the one whose events and reply go out now."""

    def write_line(self, line: bytes) -> None:
        """Send one line."""

    def send_ready(self) -> None:
        """Send the replies at the front of the order that are there."""

    async def writable(self) -> None:
        """Wait until the client has taken what is in its buffer."""


class Slot:
    """One request's place in the order of replies; what its handler sees as the caller."""

    __slots__ = ("_events", "call", "connection", "reply", "task")

    def __init__(self, connection: Outlet, call: Call) -> None:
        self.connection = connection
        self.call = call
        self.reply: bytes | None = None
        self.task: asyncio.Task[bytes] | None = None
        self._events: list[bytes] = []

    @property
    def peer(self) -> Peer:
        """Who is asking."""
        return self.connection.peer

    @property
    def client_id(self) -> str | None:
        """The request's own id as text."""
        return str(self.call.id) if self.call.has_id else None

    @property
    def heard(self) -> bool:
        """Whether the requests before this one are answered, so that events go out at once."""
        return self.connection.is_first(self)

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """Send one event, or keep it until the requests before this one are answered."""
        line = self.call.event(event, data)
        if self.connection.is_first(self):
            self.connection.write_line(line)
        else:
            self._events.append(line)

    async def drained(self) -> None:
        """Wait for the client to read.

        Never for the requests before this one: they may be waiting for what this one holds.
        """
        if self.heard:
            await self.connection.writable()

    def done(self, task: asyncio.Task[bytes]) -> None:
        """The work has ended; a cancelled one has nobody to answer, or has been answered."""
        if not task.cancelled() and self.reply is None:
            self.reply = task.result() if self.call.answered else b""
            self.connection.send_ready()

    def move_up(self) -> None:
        """The requests before this one are answered: send what was kept."""
        for line in self._events:
            self.connection.write_line(line)
        self._events.clear()


class BatchMember:
    """The caller of one request in a batch: it has no turn of its own to send events."""

    def __init__(self, slot: Slot, call: Call) -> None:
        self.peer = slot.peer
        self.client_id = str(call.id) if call.has_id else None
        self.heard = False

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """A batch has one reply and no events."""

    async def drained(self) -> None:
        """Nothing was sent."""
