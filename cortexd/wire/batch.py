"""A JSON-RPC batch: its requests side by side, one reply that holds all of theirs in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.access import Peer
    from cortexd.api.dialects import Call
    from cortexd.dispatch import Dispatcher


class BatchMember:
    """The caller of one request in a batch: it has no turn of its own to send events."""

    def __init__(self, peer: Peer, call: Call) -> None:
        self.peer = peer
        self.client_id = str(call.id) if call.has_id else None
        self.is_live = False

    def emit(self, event: str, data: dict[str, Any]) -> None:
        """A batch has one reply and no events."""

    async def drain(self) -> None:
        """Nothing was sent."""


async def run_batch(dispatcher: Dispatcher, calls: Sequence[Call], peer: Peer) -> bytes:
    """The reply to all calls, in their order; empty if all are notifications."""

    async def run_one(call: Call) -> bytes:
        result = dispatcher.run(call, BatchMember(peer, call))
        return result if isinstance(result, bytes) else await result

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run_one(call)) for call in calls]
    replies = [task.result() for call, task in zip(calls, tasks, strict=True) if call.expects_reply]
    return b"[" + b",".join(replies) + b"]" if replies else b""
