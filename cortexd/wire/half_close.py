"""Keep a half-closed client waiting for its reply, and notice when it is gone.

socat gives up 0.5 s after its end of input unless bytes arrive, so such a client, and no
other, is sent white space, which may precede any JSON value.  That the other end has closed
both sides shows only as a hang-up of the socket, which has to be polled for.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# Well below socat's 0.5 s.
KEEPALIVE_S = 0.25
# The model must stop within 0.2 s after its client has gone.
HANGUP_CHECK_S = 0.1


def has_hung_up(transport: asyncio.Transport) -> bool:
    """Whether the other end has closed both sides, not only its sending side."""
    if transport.is_closing():
        return True
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), 0)
    return any(flags & (select.POLLHUP | select.POLLERR) for _, flags in poll.poll(0))


class HalfClosedWait:
    """Runs from the half-close until no reply is due or the client is gone."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        is_reply_due: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._is_reply_due = is_reply_due
        self._quiet_s = 0.0
        self._timer = Timer(loop)
        self._check()

    def stop(self) -> None:
        """The connection is gone."""
        self._timer.stop()

    def _check(self) -> None:
        if not self._is_reply_due():
            return
        if has_hung_up(self._transport):
            self._transport.abort()
            return
        if self._quiet_s + HANGUP_CHECK_S > KEEPALIVE_S:
            self._transport.write(b" ")
            self._quiet_s = 0.0
        self._quiet_s += HANGUP_CHECK_S
        self._timer.start(HANGUP_CHECK_S, self._check)
