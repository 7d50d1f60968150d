"""One client's connection: frame, dispatch, reply in order, keep to the limits.

On uvloop's callbacks rather than streams, which take three times as long per request.
Invariants:

- replies leave in the order of their requests, events of a request before its reply;
- a client is served in its user's turn (``turns.py``) and charged to its user's account; no
  more is read from it than it takes in replies;
- work for a client that is gone is cancelled at once;
- white space is sent only to a client that has half-closed and waits for a reply.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from cortexd.access import Peer, read_peer
from cortexd.api.dialects import UNKNOWN, Call
from cortexd.api.errors import CortexError, RequestTimeout, ShuttingDown
from cortexd.api.framing import Decoder, Frame, Kind
from cortexd.wire.batch import BatchSlot, Member
from cortexd.wire.half_close import HANGUP_CHECK_S, HalfClosedWait, has_hung_up
from cortexd.wire.order import ReplyOrder
from cortexd.wire.outbox import Outbox
from cortexd.wire.requests import parse_frame
from cortexd.wire.slots import Slot
from cortexd.wire.state import State
from cortexd.wire.timer import Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from cortexd.api.errors import DaemonBusy
    from cortexd.budget import Account
    from cortexd.config import LimitsSection
    from cortexd.dispatch import Dispatcher
    from cortexd.wire.turns import Turns

# At shutdown: a client that has just connected is about to ask; it gets its answer.
FRESH_GRACE_S = 0.5
# Unanswered requests of one client past which nothing more is read from it.
MAX_PENDING = 64
# Bytes of replies past which they are sent, so that a client that does not read is noticed.
WRITE_BYTES = 64 * 1024
# Cut into frames at a time: a few milliseconds' worth, for frames take ten times the memory.
CUT_BYTES = 2048
# After a request without newline: the newline may be in the next packet.
BARE_LINGER_S = 0.01
# How long a client that was refused may take to notice.
LINGERING_CLOSE_S = 2.0

# Read for each frame: Python 3.11 needs ten times as long to read a member from its enum.
_LINE = Kind.LINE
_OPEN, _HALF_CLOSED, _CLOSING = State.OPEN, State.HALF_CLOSED, State.CLOSING


class Host(Protocol):
    """What a connection needs of the server that accepted it."""

    dispatcher: Dispatcher
    loop: asyncio.AbstractEventLoop
    receive_buffer: memoryview
    turns: Turns
    draining: bool

    @property
    def limits(self) -> LimitsSection:
        """The limits in force."""

    def account(self, peer: Peer) -> Account:
        """The account of the user who has connected."""

    def admit(self, connection: Connection) -> DaemonBusy | None:
        """Count a client that has connected, or say why it cannot be accepted."""

    def remove(self, connection: Connection) -> None:
        """Forget a client that is gone."""


class Connection(asyncio.BufferedProtocol):
    """One client."""

    peer: Peer
    _account: Account
    _outbox: Outbox

    def __init__(self, host: Host) -> None:
        self._host = host
        self._loop = loop = host.loop
        self._state = State.FRESH
        self._decoder = Decoder(host.limits.max_frame_bytes)
        self._batch_size = host.limits.batch_size
        # Frames to serve, and before them the members of a batch that are still to be served.
        self._frames: deque[Frame | tuple[None, Member]] = deque()
        self._unread = b""  # received, and not cut into frames yet
        self._ended = False  # the client's end of stream follows what is unread
        self._waiting = False  # for its user's turn
        self._order: ReplyOrder[Slot] = ReplyOrder()
        self._out_bytes = 0  # of replies that the current turn has yet to write
        self._running_members = 0  # requests of batches that are being worked on
        self._transport: asyncio.Transport | None = None
        self._frame_timer = Timer(loop)  # until a started frame is overdue
        self._stall_timer = Timer(loop)  # until a client that does not read is dropped
        self._linger_timer = Timer(loop)  # until a client that may send more is closed
        self._hangup_timer = Timer(loop)  # until the next look at one that is not read from
        self._half_closed_wait: HalfClosedWait | None = None

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; past the limit it gets an error and is let go."""
        self._transport = transport = cast("asyncio.Transport", transport)  # uvloop's own class
        self.peer = read_peer(transport.get_extra_info("socket"))
        self._account = self._host.account(self.peer)
        self._outbox = Outbox(transport, self._account)
        if (refusal := self._host.admit(self)) is not None:
            self._outbox.write([self._host.dispatcher.fail(UNKNOWN, refusal)])
            self._close_lingering()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go; all clients share it, for they are taken out at once."""
        return self._host.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have arrived."""
        if self._state is _CLOSING:
            return
        data = bytes(self._host.receive_buffer[:nbytes])
        if self._state is State.BARE and data.lstrip(b" \t\r").startswith(b"\n"):
            self._state = self._state.after_late_newline()
        self._unread = self._unread + data if self._unread else data
        self._take_turn()

    def eof_received(self) -> bool:
        """The client sends no more; True keeps our side open for replies still due."""
        if self._state is _CLOSING:
            self._close()
            return True
        self._state = _HALF_CLOSED
        self._ended = True
        self._frame_timer.stop()
        self._take_turn()
        if self.is_busy and self._transport is not None:
            self._half_closed_wait = HalfClosedWait(
                self._loop, self._transport, lambda: self.is_busy
            )
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: cancel its work."""
        self._state = _CLOSING
        for timer in (
            self._frame_timer, self._stall_timer, self._linger_timer, self._hangup_timer,
        ):  # fmt: skip
            timer.stop()
        if self._half_closed_wait is not None:
            self._half_closed_wait.stop()
        for slot in self._order:
            slot.cancel()
        self._order.clear()
        self._forget_requests()
        self._outbox.close()
        self._host.remove(self)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._outbox.pause()
        self._stall_timer.start(self._host.limits.write_stall_sec, self._drop_stalled)
        self._update_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._outbox.resume()
        self._stall_timer.stop()
        self._update_reading()
        if self._has_requests and not self._waiting:
            self._wait()

    # What slots and the server call

    def is_first(self, slot: Slot) -> bool:
        """Whether the events and the reply of ``slot`` may leave now."""
        return self._order.is_first(slot)

    def send_event(self, slot: Slot, line: bytes) -> None:
        """Send one event, or keep it until the requests before it are answered."""
        if lines := self._order.add_event(slot, line):
            self._outbox.write(lines)
            return
        self._outbox.hold(len(line))
        if self._account.refuse_unsent() is not None:
            self._drop_stalled()

    def send_ready(self) -> None:
        """Send the replies at the front of the order that are there."""
        if lines := self._order.take_ready():
            self._outbox.release(lines)
            self._outbox.write(lines)
        if self._has_requests and not self._waiting:
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
        return bool(self._order) or self._has_requests

    @property
    def _has_requests(self) -> bool:
        return bool(self._frames or self._unread or self._ended)

    def close_when_idle(self) -> None:
        """Part of the shutdown: close idle clients at once, others once they are answered.

        One that has connected and not asked yet gets a moment: closed now, it would take our
        going for the loss of its request.
        """
        if self.is_busy:
            return
        if self._state is State.FRESH:
            self._state = _OPEN
            self._loop.call_later(FRESH_GRACE_S, self.close_when_idle)
        else:
            self._close()

    def give_way(self, reason: DaemonBusy) -> None:
        """Close for another user's sake; the client is told why."""
        self._forget_requests()
        for slot in self._order:
            slot.cancel()
        self._outbox.write([self._host.dispatcher.fail(UNKNOWN, reason)])
        self._close()

    def cancel_all(self) -> None:
        """The drain time is over: answer what still runs with SHUTTING_DOWN and close."""
        self._forget_requests()
        for slot in list(self._order):
            slot.cancel()
            if slot.reply is None:
                error = ShuttingDown("the daemon stopped before the answer was complete")
                slot.reply = self._host.dispatcher.fail(slot.call, error)
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
        if self._state is _CLOSING:
            return True
        out: list[bytes] = []
        outbox, frames = self._outbox, self._frames
        in_time = goes_on = True
        while in_time and goes_on and (frames or self._cut()):
            pending = len(self._order) + self._running_members
            if pending >= MAX_PENDING or outbox.paused:
                break
            frame = frames.popleft()
            if frame[0] is None:
                goes_on = self._serve_member(frame[1], out)
            else:
                goes_on = self._serve(*frame, out)
            if self._out_bytes > WRITE_BYTES:
                self._flush(out)
            in_time = time.monotonic() < until
        if out:
            self._flush(out)
        if self._has_requests and not (in_time and goes_on):
            self._wait()
        self._update_reading()
        self._close_if_answered()
        return goes_on

    def _cut(self) -> bool:
        """Cut what has come into frames; whether there are any now."""
        while self._unread and not self._frames:
            unread = self._unread
            end = unread.rfind(b"\n", 0, CUT_BYTES) + 1 or CUT_BYTES
            self._frames += self._decoder.feed(unread[:end])
            self._unread = unread[end:]
        if self._ended and not self._unread:
            self._frames += self._decoder.end()
            self._ended = False
        return bool(self._frames)

    def _flush(self, out: list[bytes]) -> None:
        self._outbox.write(out)
        self._out_bytes = 0
        out.clear()

    def _forget_requests(self) -> None:
        self._frames.clear()
        self._unread = b""
        self._ended = False

    def _serve(self, kind: Kind, data: bytes, out: list[bytes]) -> bool:
        """Serve one frame; a reply that is there at once goes to ``out``.

        False if the work goes on.
        """
        dispatcher = self._host.dispatcher
        if kind is not _LINE or self._state is not _OPEN:
            self._state = self._state.after_frame(kind)
        try:
            request = parse_frame(kind, data, self._decoder.max_frame_bytes, self._batch_size)
        except CortexError as error:
            self._reply(dispatcher.fail(UNKNOWN, error), out)
            return True
        if not isinstance(request, Call):
            batch = BatchSlot(self, request)
            self._order.append(batch)
            self._frames.extendleft((None, member) for member in reversed(batch.members))
            return True
        slot = Slot(self, request)
        result = self._run(request, slot)
        if isinstance(result, bytes):
            if request.expects_reply:
                self._reply(result, out)
            return True
        self._order.append(slot)
        slot.task = self._start(result, slot.finish)
        return False

    def _serve_member(self, member: Member, out: list[bytes]) -> bool:
        """Serve one request of a batch; if it completes the batch, its reply goes to ``out``."""
        result = self._run(member.call, member)
        if isinstance(result, bytes):
            member.take(result)
            lines = self._order.take_ready()
            self._outbox.release(lines)
            for line in lines:
                self._out_bytes += len(line)
            out += lines
            return True
        self._running_members += 1
        member.task = self._start(result, partial(self._finish_member, member))
        return False

    def _run(self, call: Call, caller: Slot | Member) -> bytes | Coroutine[Any, Any, bytes]:
        """The reply, or the work that leads to it; an error if the user's budget is used up."""
        dispatcher, account = self._host.dispatcher, self._account
        if account.unsent_bytes and (refusal := account.refuse_unsent()) is not None:
            return dispatcher.fail(call, refusal)
        result = dispatcher.run(call, caller)
        if isinstance(result, bytes) or (refusal := account.refuse_pending()) is None:
            return result
        result.close()
        return dispatcher.fail(call, refusal)

    def _start(
        self, work: Coroutine[Any, Any, bytes], finish: Callable[[asyncio.Task[bytes]], None]
    ) -> asyncio.Task[bytes]:
        account = self._account
        account.pending += 1

        def end(task: asyncio.Task[bytes]) -> None:
            account.pending -= 1
            finish(task)

        task = self._loop.create_task(work)
        task.add_done_callback(end)
        return task

    def _finish_member(self, member: Member, task: asyncio.Task[bytes]) -> None:
        self._running_members -= 1
        member.finish(task)

    def _reply(self, line: bytes, out: list[bytes]) -> None:
        """A reply that is there already: send it, or keep it behind those still due."""
        if self._order:
            slot = Slot(self, UNKNOWN)
            slot.reply = line
            self._order.append(slot)
            self._outbox.hold(len(line))
        else:
            out.append(line)
            self._out_bytes += len(line)

    # Keeping to the limits

    def _close_if_answered(self) -> None:
        """Close once nothing is due to a client that expects no more."""
        state = self._state
        if state is _CLOSING or self.is_busy:
            return
        if state is _HALF_CLOSED or self._host.draining:
            self._close()
        elif state is State.UNTRUSTED:
            self._close_lingering()
        elif state is State.BARE and not self._decoder.partial:
            self._linger_timer.start(BARE_LINGER_S, self._close_bare)

    def _close_bare(self) -> None:
        if self._state is State.BARE and not self.is_busy and not self._decoder.partial:
            self._close()

    def _watch_partial_frame(self) -> None:
        """Give a started frame its time; the clock runs while we read, from its first byte."""
        if (
            self._decoder.partial
            and self._state is not _CLOSING
            and self._transport is not None
            and self._transport.is_reading()
        ):
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
        out: list[bytes] = []
        self._reply(self._host.dispatcher.fail(UNKNOWN, error), out)
        if out:
            self._outbox.write(out)
        self._decoder.end()
        self._state = self._state.after_lost_trust()
        self._close_if_answered()

    def _update_reading(self) -> None:
        """Read only while the client reads and is owed little."""
        transport = self._transport
        if transport is None or self._state is _HALF_CLOSED or transport.is_closing():
            return
        full = self._has_requests or len(self._order) >= MAX_PENDING
        wanted = not full and not self._outbox.paused
        if wanted == transport.is_reading():
            return
        if wanted:
            transport.resume_reading()
        else:
            transport.pause_reading()
            self._hangup_timer.start(self._hangup_check_s, self._check_hangup)
        self._watch_partial_frame()

    def _check_hangup(self) -> None:
        """While nothing is read from a client, nobody reports that it has gone."""
        transport = self._transport
        if transport is None or self._state is _CLOSING or transport.is_reading():
            return
        if has_hung_up(transport):
            self._abort()
        else:
            self._hangup_timer.start(self._hangup_check_s, self._check_hangup)

    @property
    def _hangup_check_s(self) -> float:
        """Rarer for one of very many, so that looking at them all takes no more time."""
        return HANGUP_CHECK_S * (1 + len(self._account.connections) / 64)

    def _drop_stalled(self) -> None:
        self._host.dispatcher.context.counters.dropped_connections += 1
        self._abort()

    def _close(self) -> None:
        """Close once everything written has gone out, or nobody has read it for too long."""
        self._state = _CLOSING
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size():
            self._stall_timer.start(self._host.limits.write_stall_sec, self._drop_stalled)
        self._transport.close()

    def _close_lingering(self) -> None:
        """End our side and swallow what the client still sends, so that it reads its error.

        Closing at once would reset the connection under a client that is still writing.
        """
        self._state = _CLOSING
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()
            self._linger_timer.stop()
            self._linger_timer.start(LINGERING_CLOSE_S, self._close)

    def _abort(self) -> None:
        self._state = _CLOSING
        if self._transport is not None:
            self._transport.abort()
