"""A client that sends no more and waits for a reply: keep it waiting, notice when it goes.

socat gives up 0.5 s after its end of input unless bytes come, so such a client, and no
other, is sent white space, which may stand before any JSON value.  That the other end has
closed altogether shows only as a hang-up of the socket, which nobody reports unasked.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# Well below socat's 0.5 s.
KEEPALIVE_S = 0.25
# The model is to stop within 0.2 s of its client's end.
HANGUP_CHECK_S = 0.1


def has_hung_up(transport: asyncio.Transport) -> bool:
    """Whether the other end has closed altogether, and not only its sending side."""
    if transport.is_closing():
        return True
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), 0)
    return any(flags & (select.POLLHUP | select.POLLERR) for _, flags in poll.poll(0))


class HalfClosedWait:
    """Runs from the client's half-close until nothing is due or it is gone."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        is_reply_due: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._is_reply_due = is_reply_due
        self._quiet_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._check()

    def stop(self) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        if not self._is_reply_due():
            return
        if has_hung_up(self._transport):
            self._transport.abort()
            return
        if self._quiet_s + HANGUP_CHECK_S > KEEPALIVE_S:
            self._transport.write(b" ")
            self._quiet_s = 0.0
        self._quiet_s += HANGUP_CHECK_S
        self._timer = self._loop.call_later(HANGUP_CHECK_S, self._check)
