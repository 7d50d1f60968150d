"""Whether one client is read from, and whether it is still there while it is not.

That the other end has closed both sides then shows only as a hang-up of the socket, which has
to be polled for.
"""

from __future__ import annotations

import select
from functools import partial
from typing import TYPE_CHECKING

from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from cortexd.budget import Account

# The model must stop within 0.2 s after its client has gone.
HANGUP_CHECK_S = 0.1


def has_hung_up(transport: asyncio.Transport) -> bool:
    """Whether the other end has closed both sides, not only its sending side."""
    if transport.is_closing():
        return True
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), 0)
    return any(flags & (select.POLLHUP | select.POLLERR) for _, flags in poll.poll(0))


class Reading:
    """Pauses and resumes reading from one client, and looks at it while paused."""

    __slots__ = ("_account", "_timer", "_transport")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, account: Account
    ) -> None:
        self._timer = Timer(loop)
        self._transport = transport
        self._account = account

    def update(self, wanted: bool, drop: Callable[[], None]) -> bool:
        """Read, or pause until wanted again; whether that is a change.

        ``drop`` is called when the client is found to have gone.
        """
        transport = self._transport
        if transport.is_closing() or wanted == transport.is_reading():
            return False
        if wanted:
            transport.resume_reading()
        else:
            transport.pause_reading()
            self._watch(drop)
        return True

    def stop(self) -> None:
        """The connection is gone."""
        self._timer.stop()

    def _watch(self, drop: Callable[[], None]) -> None:
        # Rarer for one of very many, so that looking at them all takes no more time.
        interval_s = HANGUP_CHECK_S * (1 + len(self._account.connections) / 64)
        self._timer.start(interval_s, partial(self._check, drop))

    def _check(self, drop: Callable[[], None]) -> None:
        transport = self._transport
        if transport.is_closing() or transport.is_reading():
            return
        if has_hung_up(transport):
            drop()
        else:
            self._watch(drop)
