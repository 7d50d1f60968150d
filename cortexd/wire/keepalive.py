"""Send white space to a client that would give up while it waits for its reply.

White space may precede any JSON value.  Two kinds of client need it, and no other gets it:

- one that has half-closed: socat gives up 0.5 s after its end of input without a byte;
- one that sent its request without a newline: that is how the documented Python client asks,
  and it gives up after 5 s without a byte.  Whoever sends newlines reads lines, and waits.

A half-closed client is also looked at, for nothing else tells when it is gone.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cortexd.wire.reading import HANGUP_CHECK_S, has_hung_up
from cortexd.wire.state import State
from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

# Well below what each kind of client puts up with.
SILENCE_S = {State.HALF_CLOSED: 0.25, State.BARE: 2.0}
# How often to look: a client that has not half-closed is read from, which shows that it is gone.
CHECK_S = {State.HALF_CLOSED: HANGUP_CHECK_S, State.BARE: SILENCE_S[State.BARE]}


class Keepalive:
    """Runs while a reply is due to a client of one of these kinds."""

    __slots__ = ("_quiet_s", "_timer", "_transport")

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._quiet_s = 0.0
        self._timer = Timer(loop)

    def start(self, waiting_as: Callable[[], State | None]) -> None:
        """Begin, unless it runs; ``waiting_as`` is the client's state while a reply is due."""
        state = waiting_as()
        if state is not None and state in CHECK_S and not self._timer.is_running:
            self._quiet_s = CHECK_S[state]
            self._timer.start(CHECK_S[state], partial(self._check, waiting_as))

    def stop(self) -> None:
        """End it: the client is gone, or waits in another way from now on."""
        self._timer.stop()

    def _check(self, waiting_as: Callable[[], State | None]) -> None:
        state = waiting_as()
        if state is None or state not in CHECK_S:
            return
        if state is State.HALF_CLOSED and has_hung_up(self._transport):
            self._transport.abort()
            return
        if self._quiet_s + CHECK_S[state] > SILENCE_S[state]:
            if not self._transport.get_write_buffer_size():  # else it has something to read
                self._transport.write(b" ")
            self._quiet_s = 0.0
        self._quiet_s += CHECK_S[state]
        self._timer.start(CHECK_S[state], partial(self._check, waiting_as))
