"""One client's connection: frame, dispatch, reply in order, hold to the limits.

On uvloop's callbacks rather than streams, which take three times as long per request.
Invariants:

- replies leave in the order of their requests, events of a request before its reply;
- one client is served for at most ``TURN_S`` before others get their turn, and no more is
  read from a client than it takes in replies;
- work for a client that is gone is cancelled at once;
- white space is sent only to a client that has half-closed and waits for a reply.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from cortexd.access import Peer, peer_of
from cortexd.api import strictjson
from cortexd.api.dialects import UNKNOWN, Call, read
from cortexd.api.errors import (
    CortexError,
    InvalidJson,
    RequestTimeout,
    RequestTooLarge,
    ShuttingDown,
)
from cortexd.api.framing import Decoder, Frame, Kind
from cortexd.wire.half_close import HANGUP_CHECK_S, HalfClosedWait, hung_up
from cortexd.wire.slots import BatchMember, Slot

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cortexd.wire.server import Server

# How long one client is served before the others' turn: two hundred pings, or a few of
# what takes longer.  Nobody feels it, and one turn's overhead is nothing beside it.
TURN_S = 0.002
# At shutdown: a client that has just connected is about to ask; it gets its answer.
FRESH_GRACE_S = 0.5
# Unanswered requests of one client past which nothing more is read from it.
MAX_PENDING = 64
# Bytes waiting in a client's transport past which we stop reading from it and streaming.
WRITE_HIGH_WATER = 256 * 1024
# After a request without newline: the newline may be in the next packet.
BARE_LINGER_S = 0.01
# How long a client that was refused may take to notice.
LET_GO_S = 2.0


class Connection(asyncio.BufferedProtocol):
    """One client."""

    peer: Peer

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = server.loop
        self._decoder = Decoder(server.limits.max_frame_bytes)
        self._frames: deque[Frame] = deque()
        self._pending: deque[Slot] = deque()
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._reading = True
        self._half_closed = False
        self._answered_bare = False
        self._fresh = True  # has asked nothing yet
        self._untrusted = False  # what follows cannot be told apart into requests
        self._closing = False
        self._frame_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._hangup_timer: asyncio.TimerHandle | None = None
        self._waiting: HalfClosedWait | None = None

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; past the limit it gets an error and is let go."""
        self._transport = transport = cast("asyncio.Transport", transport)  # uvloop's own class
        transport.set_write_buffer_limits(high=WRITE_HIGH_WATER)
        if (refusal := self._server.refusal()) is not None:
            self.write_line(self._server.dispatcher.failed(UNKNOWN, refusal))
            self._let_go()
            return
        self.peer = peer_of(transport.get_extra_info("socket"))
        self._server.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go; all clients share it, for they are taken out at once."""
        return self._server.receive_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        if self._closing:
            return
        data = bytes(self._server.receive_buffer[:nbytes])
        if self._answered_bare and data.lstrip(b" \t\r").startswith(b"\n"):
            self._answered_bare = False  # the newline came late: the client does send them
        self._frames += self._decoder.feed(data)
        self._work()
        self._watch_partial_frame()

    def eof_received(self) -> bool:
        """The client sends no more; True keeps our side open for replies still due."""
        self._half_closed = True
        if self._closing:
            self._close()
            return True
        self._frames += self._decoder.end()
        self._stop_timer("_frame_timer")
        self._work()
        if not self.busy:
            self._close()
        elif self._transport is not None:
            self._waiting = HalfClosedWait(self._loop, self._transport, lambda: self.busy)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone: cancel its work."""
        self._closing = True
        for timer in ("_frame_timer", "_stall_timer", "_linger_timer", "_hangup_timer"):
            self._stop_timer(timer)
        if self._waiting is not None:
            self._waiting.stop()
        for slot in self._pending:
            if slot.task is not None:
                slot.task.cancel()
        self._pending.clear()
        self._frames.clear()
        self._writable.set()
        self._server.remove(self)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        self._writable.clear()
        self._stall_timer = self._loop.call_later(
            self._server.limits.write_stall_sec, self._drop_stalled
        )
        self._update_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._writable.set()
        self._stop_timer("_stall_timer")
        self._update_reading()
        if self._frames:
            self._loop.call_soon(self._work)

    # What slots and the server ask

    def is_first(self, slot: Slot) -> bool:
        """Whether ``slot`` is the one whose events and reply go out now."""
        return bool(self._pending) and self._pending[0] is slot

    def write_line(self, line: bytes) -> None:
        """Send one line."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(line + b"\n")

    async def writable(self) -> None:
        """Wait until the client has taken what is in its buffer."""
        if not self._writable.is_set():
            await self._writable.wait()

    @property
    def busy(self) -> bool:
        """Whether a reply is due."""
        return bool(self._pending or self._frames)

    def close_when_idle(self) -> None:
        """Part of the shutdown: idle clients are let go at once, others once answered.

        One that has connected and not asked yet is waited for: it would take our going for
        the loss of its request.
        """
        if self.busy:
            return
        if self._fresh:
            self._fresh = False
            self._loop.call_later(FRESH_GRACE_S, self.close_when_idle)
        else:
            self._close()

    def cancel_all(self) -> None:
        """The drain time is over: answer what still runs with SHUTTING_DOWN and close."""
        self._frames.clear()
        for slot in list(self._pending):
            if slot.task is not None:
                slot.task.cancel()
            if slot.reply is None:
                error = ShuttingDown("the daemon stopped before the answer was complete")
                slot.reply = self._server.dispatcher.failed(slot.call, error)
        self.send_ready()
        self._close()

    # Requests

    def _work(self) -> None:
        """Serve frames: some of them now, the rest after the other clients' turn."""
        out: list[bytes] = []
        turn_over = False
        turn_ends = time.monotonic() + TURN_S
        while self._frames and not self._closing and not turn_over:
            if len(self._pending) >= MAX_PENDING or not self._writable.is_set():
                break
            kind, data = self._frames.popleft()
            self._serve(kind, data, out)
            turn_over = time.monotonic() > turn_ends
        if out:
            self._write(out)
        if self._frames and turn_over:
            self._loop.call_soon(self._work)
        self._update_reading()
        self._after_replies()

    def _serve(self, kind: Kind, data: bytes, out: list[bytes]) -> None:
        """Serve one frame; a reply that is there at once goes to ``out``."""
        dispatcher = self._server.dispatcher
        self._fresh = False
        self._answered_bare = kind is Kind.BARE
        if kind is Kind.LINE or kind is Kind.BARE:
            try:
                calls = read(strictjson.loads(data))
            except CortexError as error:
                self._reply(dispatcher.failed(UNKNOWN, error), out)
                return
            if isinstance(calls, Call):
                self._run(calls, out)
            else:
                self._run_batch(calls)
        elif kind is Kind.GARBAGE:
            garbage = InvalidJson(
                f"a request is a JSON object; this starts with byte 0x{data[0]:02x}",
                hint='send for example {"command":"ping"}',
            )
            self._reply(dispatcher.failed(UNKNOWN, garbage), out)
        else:
            limit = self._server.limits.max_frame_bytes
            self._untrusted = True
            too_large = RequestTooLarge(
                f"the request is longer than {limit} bytes",
                hint="raise limits.max_frame_bytes in daemon.yaml",
                limit=limit,
            )
            self._reply(dispatcher.failed(UNKNOWN, too_large), out)

    def _run(self, call: Call, out: list[bytes]) -> None:
        slot = Slot(self, call)
        result = self._server.dispatcher.run(call, slot)
        if isinstance(result, bytes):
            if call.answered:
                self._reply(result, out)
            return
        self._start(slot, result)

    def _run_batch(self, calls: list[Call]) -> None:
        """A JSON-RPC batch: one reply that holds all, in order, or none if all are notices."""
        slot = Slot(self, UNKNOWN)
        dispatcher = self._server.dispatcher

        async def one(call: Call) -> bytes:
            result = dispatcher.run(call, BatchMember(slot, call))
            return result if isinstance(result, bytes) else await result

        async def gather() -> bytes:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(call)) for call in calls]
            replies = [
                task.result() for call, task in zip(calls, tasks, strict=True) if call.answered
            ]
            return b"[" + b",".join(replies) + b"]" if replies else b""

        self._start(slot, gather())

    def _start(self, slot: Slot, work: Coroutine[Any, Any, bytes]) -> None:
        self._pending.append(slot)
        slot.task = self._loop.create_task(work)
        slot.task.add_done_callback(slot.done)

    def _reply(self, line: bytes, out: list[bytes]) -> None:
        """A reply that is there already: send it, or keep it behind those still due."""
        if self._pending:
            slot = Slot(self, UNKNOWN)
            slot.reply = line
            self._pending.append(slot)
        else:
            out.append(line)

    def send_ready(self) -> None:
        """Send the replies at the front of the order that are there."""
        out: list[bytes] = []
        while self._pending and (reply := self._pending[0].reply) is not None:
            self._pending.popleft()
            if reply:
                out.append(reply)
            if self._pending:
                if out:
                    self._write(out)
                    out.clear()
                self._pending[0].move_up()
        if out:
            self._write(out)
        if self._frames:
            self._work()
        self._update_reading()
        self._after_replies()

    def _write(self, lines: list[bytes]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            lines.append(b"")
            self._transport.write(b"\n".join(lines))

    # Keeping to the limits

    def _after_replies(self) -> None:
        """Close once nothing is due to a client that expects no more."""
        if self.busy or self._closing:
            return
        if self._half_closed or self._server.draining:
            self._close()
        elif self._untrusted:
            self._let_go()
        elif self._answered_bare and not self._decoder.partial and self._linger_timer is None:
            self._linger_timer = self._loop.call_later(BARE_LINGER_S, self._end_linger)

    def _end_linger(self) -> None:
        self._linger_timer = None
        if self._answered_bare and not self.busy and not self._decoder.partial:
            self._close()

    def _watch_partial_frame(self) -> None:
        """Give a started frame its time; the clock runs while we read, from its first byte."""
        if not self._decoder.partial or self._closing or not self._reading:
            if self._frame_timer is not None:
                self._stop_timer("_frame_timer")
        elif self._frame_timer is None:
            self._frame_timer = self._loop.call_later(
                self._server.limits.frame_timeout_sec, self._frame_overdue
            )

    def _frame_overdue(self) -> None:
        self._frame_timer = None
        limit = self._server.limits.frame_timeout_sec
        error = RequestTimeout(
            f"the request was not complete {limit:g} s after its first byte",
            hint="end a request with a newline",
            timeout_s=limit,
        )
        out: list[bytes] = []
        self._reply(self._server.dispatcher.failed(UNKNOWN, error), out)
        if out:
            self._write(out)
        self._decoder.end()
        self._untrusted = True
        self._after_replies()

    def _update_reading(self) -> None:
        """Read only while the client reads and is owed little."""
        transport = self._transport
        if transport is None or transport.is_closing() or self._half_closed:
            return
        full = len(self._pending) >= MAX_PENDING or bool(self._frames)
        wanted = not full and self._writable.is_set()
        if wanted == self._reading:
            return
        self._reading = wanted
        if wanted:
            transport.resume_reading()
        else:
            transport.pause_reading()
            if self._hangup_timer is None:
                self._hangup_timer = self._loop.call_later(HANGUP_CHECK_S, self._look_for_hangup)
        self._watch_partial_frame()

    def _look_for_hangup(self) -> None:
        """While nothing is read from a client, nobody reports that it has gone."""
        self._hangup_timer = None
        if self._reading or self._closing or self._transport is None:
            return
        if hung_up(self._transport):
            self._abort()
            return
        self._hangup_timer = self._loop.call_later(HANGUP_CHECK_S, self._look_for_hangup)

    def _drop_stalled(self) -> None:
        self._stall_timer = None
        self._server.dispatcher.context.counters.dropped_connections += 1
        self._abort()

    def _stop_timer(self, name: str) -> None:
        timer: asyncio.TimerHandle | None = getattr(self, name)
        if timer is not None:
            timer.cancel()
            setattr(self, name, None)

    def _close(self) -> None:
        """Close once everything written has gone out, or nobody has read it for too long."""
        self._closing = True
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size() and self._stall_timer is None:
            self._stall_timer = self._loop.call_later(
                self._server.limits.write_stall_sec, self._drop_stalled
            )
        self._transport.close()

    def _let_go(self) -> None:
        """End our side and swallow what the client still sends, so that it reads its error.

        Closing at once would reset the connection under a client that is still writing.
        """
        self._closing = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()
            self._linger_timer = self._loop.call_later(LET_GO_S, self._close)

    def _abort(self) -> None:
        self._closing = True
        if self._transport is not None:
            self._transport.abort()
