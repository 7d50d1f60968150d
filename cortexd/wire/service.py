"""Runs one client's requests, in order, and charges them to its user's account.

What is answered at once goes out together at the end of a turn; what takes time is a task
that has its place in the order of replies.  Knows nothing of when the client is read from or
how its connection ends.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from cortexd.api.dialects import UNKNOWN, Call
from cortexd.api.errors import CortexError
from cortexd.wire.batch import BatchSlot, Member
from cortexd.wire.order import ReplyOrder
from cortexd.wire.requests import parse_frame
from cortexd.wire.slots import Slot

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

    from cortexd.api.framing import Kind
    from cortexd.budget import Account
    from cortexd.dispatch import Dispatcher
    from cortexd.wire.inbox import Inbox
    from cortexd.wire.outbox import Outbox
    from cortexd.wire.slots import Outlet

# Unanswered requests of one client past which nothing more is read from it.
MAX_PENDING = 64
# Bytes of replies past which they are sent, so that a client that does not read is noticed.
WRITE_BYTES = 64 * 1024


class Service:
    """The requests of one client that are being served."""

    __slots__ = (
        "_account", "_batch_size", "_dispatcher", "_inbox", "_loop", "_out", "_out_bytes",
        "_outbox", "_running_members", "order",
    )  # fmt: skip

    def __init__(
        self,
        dispatcher: Dispatcher,
        loop: asyncio.AbstractEventLoop,
        inbox: Inbox,
        outbox: Outbox,
    ) -> None:
        self._dispatcher = dispatcher
        self._loop = loop
        self._inbox = inbox
        self._outbox = outbox
        self._account: Account = outbox.account
        self._batch_size = dispatcher.context.config.limits.batch_size
        self._running_members = 0  # requests of batches that are being worked on
        self._out: list[bytes] = []  # replies that the current turn has yet to write
        self._out_bytes = 0
        self.order: ReplyOrder[Slot] = ReplyOrder()

    @property
    def is_full(self) -> bool:
        """Whether as many requests are unanswered as one client may have."""
        return len(self.order) + self._running_members >= MAX_PENDING

    def serve_frame(self, outlet: Outlet, kind: Kind, data: bytes) -> bool:
        """Serve one frame; False if the work goes on."""
        dispatcher = self._dispatcher
        try:
            request = parse_frame(kind, data, self._inbox.max_frame_bytes, self._batch_size)
        except CortexError as error:
            self.reply(outlet, dispatcher.fail(UNKNOWN, error))
            return True
        if not isinstance(request, Call):
            batch = BatchSlot(outlet, request)
            self.order.append(batch)
            self._inbox.put_first(batch.members)
            return True
        slot = Slot(outlet, request)
        result = self._run(request, slot)
        if isinstance(result, bytes):
            if request.expects_reply:
                self.reply(outlet, result)
            return True
        self.order.append(slot)
        slot.task = self._start(result, slot.finish)
        return False

    def serve_member(self, member: Member) -> bool:
        """Serve one request of a batch; if it completes the batch, its reply may leave."""
        result = self._run(member.call, member)
        if isinstance(result, bytes):
            member.take(result)
            lines = self.order.take_ready()
            self._outbox.release(lines)
            for line in lines:
                self._put(line)
            return True
        self._running_members += 1
        member.task = self._start(result, partial(self._finish_member, member))
        return False

    def reply(self, outlet: Outlet, line: bytes) -> None:
        """A reply that is there already: send it with this turn's, or after those still due."""
        if self.order:
            slot = Slot(outlet, UNKNOWN)
            slot.reply = line
            self.order.append(slot)
            self._outbox.hold(len(line))
        else:
            self._put(line)

    def flush(self) -> None:
        """Write this turn's replies."""
        if self._out:
            self._outbox.write(self._out)
            self._out.clear()
            self._out_bytes = 0

    def cancel(self) -> None:
        """Cancel what is being worked on, and forget what is not served yet."""
        self._inbox.clear()
        for slot in self.order:
            slot.cancel()

    def fail(self, error: CortexError) -> None:
        """As ``cancel``, and answer what was being worked on with ``error``."""
        self.cancel()
        for slot in self.order:
            if slot.reply is None:
                slot.reply = self._dispatcher.fail(slot.call, error)

    def close(self) -> None:
        """The client is gone."""
        self.cancel()
        self.order.clear()
        self._outbox.close()

    def _put(self, line: bytes) -> None:
        self._out.append(line)
        self._out_bytes += len(line)
        if self._out_bytes > WRITE_BYTES:
            self.flush()

    def _run(self, call: Call, caller: Slot | Member) -> bytes | Coroutine[Any, Any, bytes]:
        """The reply, or the work that leads to it; an error if the user's budget is used up."""
        dispatcher, account = self._dispatcher, self._account
        if account.unsent_bytes and (refusal := account.refuse_unsent()) is not None:
            return dispatcher.fail(call, refusal)
        result = dispatcher.run(call, caller)
        if isinstance(result, bytes) or (refusal := account.refuse_pending()) is None:
            return result
        result.close()
        return dispatcher.fail(call, refusal)

    def _start(
        self, work: Coroutine[Any, Any, bytes], finish: Callable[[asyncio.Task[bytes]], None]
    ) -> asyncio.Task[bytes]:
        account = self._account
        account.pending += 1

        def end(task: asyncio.Task[bytes]) -> None:
            account.pending -= 1
            finish(task)

        task = self._loop.create_task(work)
        task.add_done_callback(end)
        return task

    def _finish_member(self, member: Member, task: asyncio.Task[bytes]) -> None:
        self._running_members -= 1
        member.finish(task)
