"""The ways in which one connection ends: once all is read, lingering, or at once.

Knows nothing of requests: whoever uses it says when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.wire.state import State
from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# How long a client that was refused may take to notice.
LINGERING_CLOSE_S = 2.0


class Ending:
    """One connection's state, its timers for the end, and the end itself."""

    __slots__ = ("_transport", "linger_timer", "stall_timer", "state")

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self.state = State.FRESH
        self.stall_timer = Timer(loop)  # until a client that does not read is dropped
        self.linger_timer = Timer(loop)  # until a client that may send more is closed
        self._transport = transport

    def stop(self) -> None:
        """The connection is gone."""
        self.state = State.CLOSING
        self.stall_timer.stop()
        self.linger_timer.stop()

    def close(self, stall_s: float, drop: Callable[[], None]) -> None:
        """Close once everything written has gone out, or nobody has read it for too long."""
        self.state = State.CLOSING
        if self._transport.get_write_buffer_size():
            self.stall_timer.start(stall_s, drop)
        self._transport.close()

    def linger(self, close: Callable[[], None]) -> None:
        """End our side and swallow what the client still sends, so that it reads its error.

        Closing at once would reset the connection under a client that is still writing.
        """
        self.state = State.CLOSING
        if not self._transport.is_closing():
            self._transport.write_eof()
            self.linger_timer.stop()
            self.linger_timer.start(LINGERING_CLOSE_S, close)

    def abort(self) -> None:
        """Close at once; what is unread is lost."""
        self.state = State.CLOSING
        self._transport.abort()
