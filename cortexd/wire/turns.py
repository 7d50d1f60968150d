"""Loop time, shared fairly between users: whoever has many connections gets no more of it.

In one pass of the event loop each user is served for ``TURN_S``; connections of one user take
turns among themselves.  A client whose user has time left is served at once.  The loop does
not tell where a pass ends, so time adds up until it is used; then one request, of hundreds of
an honest client's, waits for the next pass, which costs it microseconds.  Knows nothing of
sockets or requests.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from cortexd.budget import Account

# How long one user is served before the others' turn: two hundred pings, or a few of
# what takes longer.  Nobody feels it, and one turn's overhead is nothing beside it.
TURN_S = 0.002
# Passes of the loop without turns while clients are connecting: it accepts one in a pass, and
# whoever connects waits behind all that connected before.
MAX_SKIPPED = 16


class Servable(Protocol):
    """A connection with requests to serve."""

    def serve(self, until: float) -> bool:
        """Serve until the clock shows ``until``; False if its user's turn is over before."""


class Turns:
    """Who is served now, and who has to wait for the next pass of the loop."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._waiting: dict[Account, deque[Servable]] = {}
        self._scheduled = False
        self._is_accepting = False
        self._skipped = 0

    def yield_to_newcomers(self) -> None:
        """Leave out turns in the next pass: a client has connected, others may follow."""
        self._is_accepting = True

    def offer(self, account: Account, connection: Servable) -> bool:
        """Serve a connection at once if its user has time left; whether that was so."""
        if account in self._waiting or account.spent_s >= TURN_S:
            return False
        started = self._clock()
        if connection.serve(started + TURN_S - account.spent_s):
            account.spent_s += self._clock() - started
        else:
            account.spent_s = TURN_S
        return True

    def wait(self, account: Account, connection: Servable) -> None:
        """Serve a connection in one of its user's next turns."""
        if (waiting := self._waiting.get(account)) is None:
            waiting = self._waiting[account] = deque()
        waiting.append(connection)
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._run)

    def _run(self) -> None:
        """One turn for each user who waits."""
        if self._is_accepting and self._skipped < MAX_SKIPPED:
            self._is_accepting = False
            self._skipped += 1
            self._loop.call_soon(self._run)
            return
        self._is_accepting = False
        self._skipped = 0
        for account, waiting in list(self._waiting.items()):
            account.spent_s = 0.0
            until = self._clock() + TURN_S
            for _ in range(len(waiting)):
                if not waiting.popleft().serve(until) or self._clock() > until:
                    break
            if not waiting:
                del self._waiting[account]
        self._scheduled = bool(self._waiting)
        if self._scheduled:
            self._loop.call_soon(self._run)
