"""Who may use the model next: bounded, fair between users, cancellable.

Priorities come first: people wait only for people, batches for both.  Background work runs
alone: it waits until nothing else runs, and ``give_way`` abandons it when a request arrives.
Within a priority users take turns, however many requests one of them has.  When the queue is
full, the user with most waiting requests gives way to one with fewer, so nobody can fill it for
others.  Knows nothing of models, sockets or time limits: to stop waiting, cancel the waiting task.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, TypeVar

from cortexd.api.errors import DaemonBusy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from cortexd.config import LimitsSection

# Weight of the newest answer in the running mean of service times, for retry_after_s.
_MEAN_WEIGHT = 0.2
# The least, and the default before anything is measured: clients should not hammer.
_MIN_RETRY_S = 1.0


class Priority(IntEnum):
    """Lower comes first."""

    PERSON = 0
    BATCH = 1
    BACKGROUND = 2


T = TypeVar("T")

_Turn = asyncio.Future[None]


class InferenceQueue:
    """Hands out ``slots`` turns at a time among at most ``limits.queue_size`` requests.

    ``per_user`` of them at most go to one user, by default all.
    """

    def __init__(self, limits: LimitsSection, slots: int = 1, per_user: int | None = None) -> None:
        self.limit = limits.queue_size
        self.slots = slots
        self.running = 0
        self._per_user = per_user
        self._running_of: Counter[int] = Counter()
        self._mean_service_s = 0.0
        self._arrival = asyncio.Event()  # of a request that background work gives way to
        self._waiting: dict[Priority, OrderedDict[int, deque[_Turn]]] = {
            priority: OrderedDict() for priority in Priority
        }

    @property
    def waiting(self) -> int:
        """Requests that have no turn yet."""
        return sum(map(self.count_waiting, Priority))

    def count_waiting(self, priority: Priority) -> int:
        """Requests of this priority that have no turn yet."""
        return sum(map(len, self._waiting[priority].values()))

    def configure(self, limits: LimitsSection) -> None:
        """Change how many requests fit; those already queued keep their places."""
        self.limit = limits.queue_size

    def set_slots(self, slots: int) -> None:
        """Change how many requests run at a time; running ones continue."""
        self.slots = slots
        self._grant_turns()

    @asynccontextmanager
    async def turn(self, uid: int, priority: Priority) -> AsyncIterator[None]:
        """Wait for a turn and hold it for the length of the ``async with`` block.

        Raises:
            DaemonBusy: the queue is full, or this request gave way to another user's.
        """
        await self._enter(uid, priority)
        started = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - started
            mean = self._mean_service_s
            self._mean_service_s = mean + _MEAN_WEIGHT * (took - mean) if mean else took
            self._end_turn(uid)

    async def give_way(self, work: Coroutine[None, None, T]) -> T | None:
        """The result of ``work``; None if it was abandoned because somebody asks.

        Any request counts, also one that finds a free slot: slots share one processor.
        """
        self._arrival.clear()
        task = asyncio.ensure_future(work)
        arrival = asyncio.ensure_future(self._arrival.wait())
        try:
            await asyncio.wait((task, arrival), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            for each in (task, arrival):
                each.cancel()
            await asyncio.gather(task, arrival, return_exceptions=True)

    async def _enter(self, uid: int, priority: Priority) -> None:
        if self.running + self.waiting >= self.limit and not self._displace(uid):
            raise self._busy_error(self.running + self.waiting)
        if priority is not Priority.BACKGROUND:
            self._arrival.set()
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._waiting[priority].setdefault(uid, deque()).append(turn)
        self._grant_turns()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.done() or turn.cancelled():
                self._remove(uid, priority, turn)
            elif turn.exception() is None:  # the turn was granted at the same instant
                self._end_turn(uid)
            raise

    def _end_turn(self, uid: int) -> None:
        self.running -= 1
        self._running_of[uid] -= 1
        if not self._running_of[uid]:
            del self._running_of[uid]
        self._grant_turns()

    def _busy_error(self, present: int) -> DaemonBusy:
        waiting = self.waiting
        return DaemonBusy(
            f"{present} requests are running or waiting; the limit is {self.limit}",
            queue_size=waiting,
            retry_after_s=round(self._retry_after_s(waiting), 1),
        )

    def _displace(self, uid: int) -> bool:
        """Make room for ``uid`` by dropping the newest request of a user with more of them."""
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
                if not turn.done():  # a cancelled one has made room already
                    turn.set_exception(self._busy_error(self.limit + 1))
                return True
        return False

    def _retry_after_s(self, waiting: int) -> float:
        return max(_MIN_RETRY_S, self._mean_service_s * (waiting + 1) / self.slots)

    def _remove(self, uid: int, priority: Priority, turn: _Turn) -> None:
        users = self._waiting[priority]
        turns = users.get(uid, deque())
        if turn in turns:  # it may have been passed over since it was cancelled
            turns.remove(turn)
            if not turns:
                del users[uid]

    def _grant_turns(self) -> None:
        for priority, users in self._waiting.items():
            if priority is Priority.BACKGROUND and self.running:
                return
            while self.running < self.slots and (uid := self._find_next(users)) is not None:
                turns = users[uid]
                turn = turns.popleft()
                if turns:
                    users.move_to_end(uid)
                else:
                    del users[uid]
                if not turn.done():
                    turn.set_result(None)
                    self.running += 1
                    self._running_of[uid] += 1

    def _find_next(self, users: OrderedDict[int, deque[_Turn]]) -> int | None:
        """Whose turn it is: the first who may have one more."""
        if self._per_user is None:
            return next(iter(users), None)
        return next((uid for uid in users if self._running_of[uid] < self._per_user), None)
