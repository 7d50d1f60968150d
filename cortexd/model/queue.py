"""Who may use the model next: bounded, fair between users, cancellable.

Priorities go first: a person waits behind persons only, a batch behind both, background
work behind everything.  Within a priority users take turns, however much one of them has
asked for; when the queue is full, whoever waits with most gives way to whoever has less, so
that nobody can fill it for others.  Knows nothing of models, sockets or time limits: who
waits too long cancels the waiting task, and its place is given up.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from cortexd.api.errors import DaemonBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cortexd.config import LimitsSection

# Weight of the newest answer in the running mean of service times, for retry_after_s.
_MEAN_WEIGHT = 0.2
# Before anything has been measured, and never less: clients should not hammer.
_MIN_RETRY_S = 1.0


class Priority(IntEnum):
    """Lower goes first."""

    PERSON = 0
    BATCH = 1
    BACKGROUND = 2


_Turn = asyncio.Future[None]


class InferenceQueue:
    """Hands out ``slots`` turns at a time among at most ``limits.queue_size`` requests."""

    def __init__(self, limits: LimitsSection, slots: int = 1) -> None:
        self.limit = limits.queue_size
        self.slots = slots
        self.running = 0
        self._mean_service_s = 0.0
        self._waiting: dict[Priority, OrderedDict[int, deque[_Turn]]] = {
            priority: OrderedDict() for priority in Priority
        }

    @property
    def waiting(self) -> int:
        """Requests that have no turn yet."""
        return sum(len(turns) for users in self._waiting.values() for turns in users.values())

    def configure(self, limits: LimitsSection) -> None:
        """Change how many requests may be in; those that already are keep their places."""
        self.limit = limits.queue_size

    def set_slots(self, slots: int) -> None:
        """Change how many requests run at a time; none that already runs is ended."""
        self.slots = slots
        self._grant_turns()

    @asynccontextmanager
    async def turn(self, uid: int, priority: Priority) -> AsyncIterator[None]:
        """Wait for a turn and hold it for the length of the ``async with`` block.

        Raises:
            DaemonBusy: the queue is full, or became so and another user has less in it.
        """
        await self._enter(uid, priority)
        started = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - started
            mean = self._mean_service_s
            self._mean_service_s = mean + _MEAN_WEIGHT * (took - mean) if mean else took
            self.running -= 1
            self._grant_turns()

    async def _enter(self, uid: int, priority: Priority) -> None:
        if self.running + self.waiting >= self.limit and not self._displace(uid):
            raise self._busy_error(self.running + self.waiting)
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._waiting[priority].setdefault(uid, deque()).append(turn)
        self._grant_turns()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.done() or turn.cancelled():
                self._remove(uid, priority, turn)
            elif turn.exception() is None:  # the turn came in the same instant
                self.running -= 1
                self._grant_turns()
            raise

    def _busy_error(self, present: int) -> DaemonBusy:
        waiting = self.waiting
        return DaemonBusy(
            f"{present} requests are running or waiting; the limit is {self.limit}",
            queue_size=waiting,
            retry_after_s=round(self._retry_after_s(waiting), 1),
        )

    def _displace(self, uid: int) -> bool:
        """Make room for ``uid``: the newest of who waits with most, if that stays the most."""
        counts: Counter[int] = Counter()
        for users in self._waiting.values():
            counts.update({user: len(turns) for user, turns in users.items()})
        if not counts:
            return False
        most, count = counts.most_common(1)[0]
        if count <= counts[uid] + 1:
            return False
        for priority in reversed(Priority):
            if turns := self._waiting[priority].get(most):
                turn = turns[-1]
                self._remove(most, priority, turn)
                if not turn.done():  # a cancelled one makes room by itself
                    turn.set_exception(self._busy_error(self.limit + 1))
                return True
        return False

    def _retry_after_s(self, waiting: int) -> float:
        return max(_MIN_RETRY_S, self._mean_service_s * (waiting + 1) / self.slots)

    def _remove(self, uid: int, priority: Priority, turn: _Turn) -> None:
        users = self._waiting[priority]
        turns = users.get(uid, deque())
        if turn in turns:  # another's end may have passed over it since it was cancelled
            turns.remove(turn)
            if not turns:
                del users[uid]

    def _grant_turns(self) -> None:
        for users in self._waiting.values():
            while users and self.running < self.slots:
                uid, turns = next(iter(users.items()))
                turn = turns.popleft()
                if turns:
                    users.move_to_end(uid)
                else:
                    del users[uid]
                if not turn.done():
                    turn.set_result(None)
                    self.running += 1
