"""What a handler sees of the client that called it.

A slot is one request's place in the order of replies, and the way back to its client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cortexd.wire.order import Place

if TYPE_CHECKING:
    import asyncio

    from cortexd.access import Peer
    from cortexd.api.dialects import Call


class Outlet(Protocol):
    """What a slot needs of its connection."""

    peer: Peer

    def is_first(self, slot: Slot) -> bool:
        """Whether the events and the reply of ``slot`` may leave now."""

    def send_event(self, slot: Slot, line: bytes) -> None:
        """Send one event, or keep it until the requests before it are answered."""

    def send_ready(self) -> None:
        """Send the replies at the front of the order that are there."""

    def hold(self, size: int) -> None:
        """Count bytes of a reply that waits in the order."""

    async def wait_writable(self) -> None:
        """Wait until the client has taken what is in its buffer."""


class Slot(Place):
    """One request's place in the order of replies; what its handler sees as the caller."""

    __slots__ = ("call", "connection", "task")

    def __init__(self, connection: Outlet, call: Call) -> None:
        self.events = []  # not by super(): one call less for each request
        self.reply = None
        self.connection = connection
        self.call = call
        self.task: asyncio.Task[bytes] | None = None

    @property
    def peer(self) -> Peer:
        """Who is asking."""
        return self.connection.peer

    @property
    def client_id(self) -> str | None:
        """The request's own id as text."""
        return str(self.call.id) if self.call.has_id else None

    @property
    def is_live(self) -> bool:
        """Whether the requests before this one are answered, so that events go out at once."""
        return self.connection.is_first(self)

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """Send one event, or keep it until the requests before this one are answered."""
        self.connection.send_event(self, self.call.encode_event(event, data))

    async def drain(self) -> None:
        """Wait for the client to read.

        Never for the requests before this one: they may be waiting for what this one holds.
        """
        if self.is_live:
            await self.connection.wait_writable()

    def cancel(self) -> None:
        """Cancel the work, if it still runs."""
        if self.task is not None:
            self.task.cancel()

    def finish(self, task: asyncio.Task[bytes]) -> None:
        """Take the reply of the work that has ended.

        Work that was cancelled has nobody to answer, or has been answered already.
        """
        if not task.cancelled() and self.reply is None:
            self.reply = task.result() if self.call.expects_reply else b""
            self.connection.hold(len(self.reply))
            self.connection.send_ready()
