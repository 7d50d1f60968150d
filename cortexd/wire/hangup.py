"""Notice that a client is gone while nothing is read from it.

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


class HangupWatch:
    """Looks at a client while it is not read from."""

    __slots__ = ("_account", "_timer", "_transport")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, account: Account
    ) -> None:
        self._timer = Timer(loop)
        self._transport = transport
        self._account = account

    def start(self, drop: Callable[[], None]) -> None:
        """Look until the client is read from again; ``drop`` is called once it has gone."""
        self._timer.start(self._interval_s, partial(self._check, drop))

    def stop(self) -> None:
        """Look no longer."""
        self._timer.stop()

    def _check(self, drop: Callable[[], None]) -> None:
        transport = self._transport
        if transport.is_closing() or transport.is_reading():
            return
        if has_hung_up(transport):
            drop()
        else:
            self.start(drop)

    @property
    def _interval_s(self) -> float:
        """Rarer for one of very many, so that looking at them all takes no more time."""
        return HANGUP_CHECK_S * (1 + len(self._account.connections) / 64)
