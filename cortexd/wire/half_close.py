"""Keep a half-closed client waiting for its reply, and notice when it is gone.

socat gives up 0.5 s after its end of input unless bytes arrive, so such a client, and no
other, is sent white space, which may precede any JSON value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.wire.hangup import HANGUP_CHECK_S, has_hung_up
from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# Well below socat's 0.5 s.
KEEPALIVE_S = 0.25


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
