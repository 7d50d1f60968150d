"""One client's connection: frame, dispatch, reply in order, keep to the limits.

On uvloop's callbacks rather than streams, which take three times as long per request.
Invariants:

- replies leave in the order of their requests, events of a request before its reply;
- a client is served in its user's turn (``turns.py``) and charged to its user's account; no
  more is read from it than it takes in replies;
- work for a client that is gone is cancelled at once;
- white space is sent only to a client that would give up without (``keepalive.py``).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from cortexd.access import Peer, read_peer
from cortexd.api.dialects import UNKNOWN
from cortexd.api.errors import RequestTimeout, ShuttingDown
from cortexd.api.framing import Kind
from cortexd.wire.ending import Ending
from cortexd.wire.inbox import Inbox
from cortexd.wire.keepalive import Keepalive
from cortexd.wire.outbox import Outbox
from cortexd.wire.reading import Reading
from cortexd.wire.service import MAX_PENDING, Service
from cortexd.wire.state import State
from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    from cortexd.api.errors import DaemonBusy
    from cortexd.budget import Account
    from cortexd.wire.server import Server
    from cortexd.wire.slots import Slot

# At shutdown, for a client that has just connected: it would take our going for the loss of
# its request.
FRESH_GRACE_S = 0.5
# After a request without newline: the newline may be in the next packet.
BARE_LINGER_S = 0.01

# Read for each frame: Python 3.11 needs ten times as long to read a member from its enum.
_LINE = Kind.LINE
_OPEN, _HALF_CLOSED, _CLOSING = State.OPEN, State.HALF_CLOSED, State.CLOSING


class Connection(asyncio.BufferedProtocol):
    """One client."""

    # Set once the client has connected, which is before anything else happens.
    peer: Peer
    _transport: asyncio.Transport
    _account: Account
    _outbox: Outbox
    _service: Service
    _ending: Ending
    _reading: Reading
    _keepalive: Keepalive

    def __init__(self, host: Server) -> None:
        self._host = host
        self._loop = loop = host.loop
        self._inbox = Inbox(host.limits.max_frame_bytes)
        self._waiting = False  # for its user's turn
        self._frame_timer = Timer(loop)  # until a started frame is overdue

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; past the limit it gets an error and is let go."""
        self._transport = transport = cast("asyncio.Transport", transport)  # uvloop's own class
        self._ending = Ending(self._loop, transport)
        self.peer = read_peer(transport.get_extra_info("socket"))
        self._account = self._host.account(self.peer)
        self._outbox = Outbox(transport, self._account)
        self._service = Service(self._host.dispatcher, self._loop, self._inbox, self._outbox)
        self._reading = Reading(self._loop, transport, self._account)
        self._keepalive = Keepalive(self._loop, transport)
        if (refusal := self._host.admit(self)) is not None:
            self._outbox.write([self._host.dispatcher.fail(UNKNOWN, refusal)])
            self._close_lingering()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go; all clients share it, for they are taken out at once."""
        return self._host.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have arrived."""
        if self._ending.state is _CLOSING:
            return
        data = bytes(self._host.receive_buffer[:nbytes])
        if self._ending.state is State.BARE and data.lstrip(b" \t\r").startswith(b"\n"):
            self._ending.state = self._ending.state.after_late_newline()
        self._inbox.receive(data)
        self._take_turn()

    def eof_received(self) -> bool:
        """The client sends no more; True keeps our side open for replies still due."""
        if self._ending.state is _CLOSING:
            self._close()
            return True
        self._ending.state = _HALF_CLOSED
        self._inbox.end()
        self._frame_timer.stop()
        self._keepalive.stop()
        self._take_turn()
        self._keepalive.start(self._waiting_as)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: cancel its work."""
        self._ending.stop()
        self._frame_timer.stop()
        self._reading.stop()
        self._keepalive.stop()
        self._service.close()
        self._host.remove(self)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._outbox.pause()
        self._ending.stall_timer.start(self._host.limits.write_stall_sec, self._drop_stalled)
        self._update_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._outbox.resume()
        self._ending.stall_timer.stop()
        self._update_reading()
        if self._inbox and not self._waiting:
            self._wait()

    # What slots and the server call

    def is_first(self, slot: Slot) -> bool:
        """Whether the events and the reply of ``slot`` may leave now."""
        return self._service.order.is_first(slot)

    def send_event(self, slot: Slot, line: bytes) -> None:
        """Send one event, or keep it until the requests before it are answered."""
        if lines := self._service.order.add_event(slot, line):
            self._outbox.write(lines)
            return
        self._outbox.hold(len(line))
        if self._account.refuse_unsent() is not None:
            self._drop_stalled()

    def send_ready(self) -> None:
        """Send the replies at the front of the order that are there."""
        if lines := self._service.order.take_ready():
            self._outbox.release(lines)
            self._outbox.write(lines)
        if self._inbox and not self._waiting:
            self._wait()
        self._update_reading()
        self._close_if_answered()

    async def wait_writable(self) -> None:
        """Wait until the client has taken what is in its buffer."""
        await self._outbox.wait()

    def hold(self, size: int) -> None:
        """Count bytes of a reply that waits in the order."""
        self._outbox.hold(size)

    @property
    def is_busy(self) -> bool:
        """Whether a reply is due."""
        return bool(self._service.order or self._inbox)

    def close_when_idle(self) -> None:
        """Part of the shutdown: close idle clients at once, others once they are answered.

        One that has connected and not asked yet gets a moment, for it is about to ask.
        """
        if self.is_busy:
            return
        if self._ending.state is State.FRESH:
            self._ending.state = _OPEN
            self._loop.call_later(FRESH_GRACE_S, self.close_when_idle)
        else:
            self._close()

    def give_way(self, reason: DaemonBusy) -> None:
        """Close for another user's sake; the client is told why."""
        self._service.cancel()
        self._outbox.write([self._host.dispatcher.fail(UNKNOWN, reason)])
        self._close()

    def cancel_all(self) -> None:
        """The drain time is over: answer what still runs with SHUTTING_DOWN and close."""
        self._service.fail(ShuttingDown("the daemon stopped before the answer was complete"))
        self.send_ready()
        self._close()

    # Requests

    def _take_turn(self) -> None:
        """Serve what has come, now if the user has time left, else in its next turn."""
        if not self._waiting and not self._host.turns.offer(self._account, self):
            self._wait()
            self._update_reading()
        self._watch_partial_frame()

    def _wait(self) -> None:
        self._waiting = True
        self._host.turns.wait(self._account, self)

    def serve(self, until: float) -> bool:
        """Serve requests until then; False if one of them takes time, which ends the turn."""
        self._waiting = False
        if self._ending.state is _CLOSING:
            return True
        outbox, inbox, service = self._outbox, self._inbox, self._service
        frames = inbox.frames
        in_time = goes_on = True
        while in_time and goes_on and (frames or inbox.cut()):
            if service.is_full or outbox.paused:
                break
            frame = frames.popleft()
            if frame[0] is None:
                goes_on = service.serve_member(frame[1])
            else:
                if frame[0] is not _LINE or self._ending.state is not _OPEN:
                    self._ending.state = self._ending.state.after_frame(frame[0])
                goes_on = service.serve_frame(self, *frame)
            in_time = time.monotonic() < until
        service.flush()
        if inbox and not (in_time and goes_on):
            self._wait()
        self._update_reading()
        self._close_if_answered()
        if self._ending.state is State.BARE:
            self._keepalive.start(self._waiting_as)
        return goes_on

    def _waiting_as(self) -> State | None:
        """The state while a reply is due."""
        return self._ending.state if self.is_busy else None

    # Keeping to the limits

    def _close_if_answered(self) -> None:
        """Close once nothing is due to a client that expects no more."""
        state = self._ending.state
        if state is _CLOSING or self.is_busy:
            return
        if state is _HALF_CLOSED or self._host.draining:
            self._close()
        elif state is State.UNTRUSTED:
            self._close_lingering()
        elif state is State.BARE and not self._inbox.partial:
            self._ending.linger_timer.start(BARE_LINGER_S, self._close_bare)

    def _close_bare(self) -> None:
        if self._ending.state is State.BARE and not self.is_busy and not self._inbox.partial:
            self._close()

    def _watch_partial_frame(self) -> None:
        """Give a started frame its time; the clock runs while we read, from its first byte."""
        started = self._inbox.partial and self._ending.state is not _CLOSING
        if started and self._transport.is_reading():
            self._frame_timer.start(self._host.limits.frame_timeout_sec, self._fail_overdue_frame)
        else:
            self._frame_timer.stop()

    def _fail_overdue_frame(self) -> None:
        limit = self._host.limits.frame_timeout_sec
        error = RequestTimeout(
            f"the request was still incomplete {limit:g} s after its first byte",
            hint="end a request with a newline",
            timeout_s=limit,
        )
        self._service.reply(self, self._host.dispatcher.fail(UNKNOWN, error))
        self._service.flush()
        self._inbox.drop_partial()
        self._ending.state = self._ending.state.after_lost_trust()
        self._close_if_answered()

    def _update_reading(self) -> None:
        """Read only while the client reads and is owed little."""
        if self._ending.state is _HALF_CLOSED:
            return
        full = self._inbox or len(self._service.order) >= MAX_PENDING
        if self._reading.update(not (full or self._outbox.paused), self._ending.abort):
            self._watch_partial_frame()

    def _drop_stalled(self) -> None:
        self._host.dispatcher.context.counters.dropped_connections += 1
        self._ending.abort()

    def _close(self) -> None:
        self._ending.close(self._host.limits.write_stall_sec, self._drop_stalled)

    def _close_lingering(self) -> None:
        self._ending.linger(self._close)
