"""A JSON-RPC batch: one slot for all of its requests, one reply that holds theirs in order.

Its members are served like requests of their own, each in its turn; what they share is the
place in the order of replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortexd.api.dialects import UNKNOWN
from cortexd.wire.slots import Slot

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from cortexd.access import Peer
    from cortexd.api.dialects import Call
    from cortexd.wire.slots import Outlet


class Member:
    """One request of a batch, and what its handler sees as the caller.

    It has no turn of its own to send events, so it sends none.
    """

    __slots__ = ("batch", "call", "reply", "task")
    is_live = False

    def __init__(self, batch: BatchSlot, call: Call) -> None:
        self.batch = batch
        self.call = call
        self.reply: bytes | None = None
        self.task: asyncio.Task[bytes] | None = None

    @property
    def peer(self) -> Peer:
        """Who is asking."""
        return self.batch.peer

    @property
    def client_id(self) -> str | None:
        """The request's own id as text."""
        return str(self.call.id) if self.call.has_id else None

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """A batch has one reply and no events."""

    async def drain(self) -> None:
        """Nothing was sent."""

    def take(self, reply: bytes) -> None:
        """Take this request's reply; the last one completes the batch."""
        self.reply = reply if self.call.expects_reply else b""
        self.batch.count_reply(len(self.reply))

    def finish(self, task: asyncio.Task[bytes]) -> None:
        """Take the reply of the work that has ended."""
        if not task.cancelled() and self.batch.reply is None:
            self.take(task.result())
            self.batch.connection.send_ready()


class BatchSlot(Slot):
    """The place of a whole batch in the order of replies."""

    __slots__ = ("_unanswered", "members")

    def __init__(self, connection: Outlet, calls: Sequence[Call]) -> None:
        super().__init__(connection, UNKNOWN)
        self.members = [Member(self, call) for call in calls]
        self._unanswered = len(self.members)

    def count_reply(self, size: int) -> None:
        """Build the reply once every member has one; empty if all are notifications."""
        self._unanswered -= 1
        self.connection.hold(size)
        if self._unanswered == 0 and self.reply is None:
            replies = [member.reply for member in self.members if member.reply]
            self.reply = b"[" + b",".join(replies) + b"]" if replies else b""
            # They refer to this: until the collector came, their replies would be kept.
            self.members.clear()
            self.connection.hold(len(self.reply) - sum(map(len, replies)))

    def cancel(self) -> None:
        """Cancel what still runs."""
        for member in self.members:
            if member.task is not None:
                member.task.cancel()
