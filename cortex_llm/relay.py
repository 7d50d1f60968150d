"""Relays a public Unix socket to the engine's private one, byte for byte, in one thread.

One request is not the client's own: `model_by_id` asks for the list of models instead of one.

What comes goes on first and is shown to a `Witness` afterwards. A side that does not read
holds up its own connection and nothing else: at most CHUNK bytes of it are kept here. A
client that goes away takes its connection to the engine with it at once, which frees the
slot; the engine's end is sent on when all that came before it has been.

epoll and no asyncio: a client that is gone is told of (EPOLLHUP) also while nothing is read
from it, and the process has 13 MB instead of 20. See docs/decisions/0043.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable

from cortex_llm.exchanges import Observer, Outcome
from cortex_llm.model_by_id import ListReply, rewrite_request

CHUNK = 64 * 1024  # bytes read at once, and the most kept for a side that does not take them
BACKLOG = 512  # as the proxy's: a herd waits and is not refused
# While the engine's own queue of connections is full: how long until it is tried again.
RETRY_S = 0.01

_IN = select.EPOLLIN | select.EPOLLRDHUP
_GONE = select.EPOLLHUP | select.EPOLLERR


class _Side:
    """One of the two sockets of a connection."""

    __slots__ = ("ended", "fd", "socket", "unsent")

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.fd = connected.fileno()
        self.unsent = b""  # what it has not taken yet
        self.ended = False  # whether it will send nothing more


class _Connection:
    def __init__(
        self, relay: Relay, client: socket.socket, engine: socket.socket, observer: Observer
    ) -> None:
        self._relay = relay
        self._client = _Side(client)
        self._engine = _Side(engine)
        self._observer = observer
        self._deaf = False  # the engine takes nothing more; its reply may still come
        self._list_reply: ListReply | None = None  # the one that comes is to be another
        self._arm()

    def close(self, outcome: Outcome) -> None:
        for side in (self._client, self._engine):
            self._relay.watch(side.fd, None)
            side.socket.close()
        self._relay.connections.discard(self)
        self._observer.close(outcome)

    def on_client(self, events: int) -> None:
        if events & _GONE:
            self.close(Outcome.CANCELLED)
            return
        if events & select.EPOLLOUT and not self._send_reply():
            return
        if events & _IN and not self._client.ended and not self._engine.unsent:
            self._take_request()
        self._arm()

    def on_engine(self, events: int) -> None:
        if self._engine.unsent and events & (select.EPOLLOUT | _GONE):
            self._send_request()
        if not self._client.unsent:
            if not self._engine.ended and events & (_IN | _GONE) and not self._take_reply():
                return
            if self._engine.ended and events & _GONE:
                self.close(Outcome.BROKEN)
                return
        self._arm()

    def _take_request(self) -> None:
        data = _receive(self._client.socket)
        if data is None:
            return
        if not data:  # half-closed: gone altogether comes as EPOLLHUP
            self._client.ended = True
            with contextlib.suppress(OSError):
                self._engine.socket.shutdown(socket.SHUT_WR)
            return
        sent = data
        if self._observer.is_idle and (rewritten := rewrite_request(data)) is not None:
            model_id, sent = rewritten
            self._list_reply = ListReply(model_id)
        if not self._deaf:
            self._engine.unsent = sent
            self._send_request()
        self._observer.feed_request(data)

    def _send_request(self) -> None:
        try:
            self._engine.unsent = _send(self._engine.socket, self._engine.unsent)
        except OSError:
            self._engine.unsent = b""
            self._deaf = True

    def _take_reply(self) -> bool:
        """Whether the connection goes on."""
        data = _receive(self._engine.socket)
        if data is None:
            return True
        if not data:  # nothing is kept for the client here: it has had all of it
            self._engine.ended = True  # but may still read: llama-server reads what it refuses
            if self._list_reply is not None:
                self._client.unsent, self._list_reply = self._list_reply.raw, None
                if not self._send_reply():
                    return False
            self._observer.close(Outcome.BROKEN)
            with contextlib.suppress(OSError):
                self._client.socket.shutdown(socket.SHUT_WR)
            return True
        if self._list_reply is not None:
            reply = self._list_reply.feed(data)
            if reply is None:
                return True
            self._list_reply, data = None, reply
        self._client.unsent = data
        going_on = self._send_reply()
        self._observer.feed_reply(data)
        return going_on

    def _send_reply(self) -> bool:
        """Whether the connection goes on."""
        try:
            self._client.unsent = _send(self._client.socket, self._client.unsent)
        except OSError:
            self.close(Outcome.CANCELLED)
            return False
        return True

    def _arm(self) -> None:
        """Watch each side for what can be done with it now."""
        client, engine = self._client, self._engine
        wanted = 0 if client.ended or engine.unsent else _IN
        wanted |= select.EPOLLOUT if client.unsent else 0
        self._relay.watch(client.fd, wanted, self.on_client)  # its end is told even with 0
        wanted = 0 if engine.ended or client.unsent else _IN
        wanted |= select.EPOLLOUT if engine.unsent else 0
        # One that is gone would be told of again and again while the client does not read.
        watched = wanted if wanted or not client.unsent else None
        self._relay.watch(engine.fd, watched, self.on_engine)


def _receive(source: socket.socket) -> bytes | None:
    """What has come; nothing at the end; None when there is nothing yet."""
    try:
        return source.recv(CHUNK)
    except BlockingIOError:
        return None
    except OSError:  # reset: as good as the end
        return b""


def _send(target: socket.socket, data: bytes) -> bytes:
    """Send what it takes now; returns the rest. Raises OSError when it is gone."""
    try:
        return data[target.send(data) :]
    except BlockingIOError:
        return data


class Relay:
    """All connections, and other descriptors that are to be waited for."""

    def __init__(self, engine: str, observer: Callable[[], Observer], most: int) -> None:
        """`engine` is the path of its socket; more than `most` connections wait their turn."""
        self.connections: set[_Connection] = set()
        self._engine = engine
        self._observer = observer
        self._most = most
        self._epoll = select.epoll()
        self._watched: dict[int, int] = {}
        self._callbacks: dict[int, Callable[[int], None]] = {}
        self._listener: socket.socket | None = None
        self._listening = False
        self._accepted: list[socket.socket] = []  # the engine has no room for them yet

    def watch(
        self, fd: int, events: int | None, callback: Callable[[int], None] | None = None
    ) -> None:
        """Call back on these events from now on; None: never."""
        before = self._watched.get(fd)
        if events is None:
            if before is not None:
                self._epoll.unregister(fd)
                del self._watched[fd]
        elif before != events:
            (self._epoll.register if before is None else self._epoll.modify)(fd, events)
            self._watched[fd] = events
            if callback is not None:
                self._callbacks[fd] = callback

    def listen(self, path: str) -> None:
        """Be there for clients; raises OSError."""
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.bind(path)
        self._listener.listen(BACKLOG)

    def stop_listening(self) -> None:
        """Be there no more for new clients."""
        if self._listener is not None:
            self._listen_for_more(False)
            self._listener.close()
            self._listener = None
        for client in self._accepted:
            client.close()
        self._accepted.clear()

    def hang_up(self, outcome: Outcome) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            connection.close(outcome)

    def close(self) -> None:
        """Let go of everything."""
        self.stop_listening()
        self._epoll.close()

    def step(self, timeout: float | None) -> None:
        """Wait for something to happen, and do what it takes."""
        self._listen_for_more(len(self.connections) + len(self._accepted) < self._most)
        if self._accepted:
            timeout = RETRY_S if timeout is None else min(RETRY_S, timeout)
        listener = self._listener.fileno() if self._listener is not None else -1
        accepting = bool(self._accepted)
        for fd, events in self._epoll.poll(-1 if timeout is None else timeout):
            if fd == listener:
                accepting = True
            elif fd in self._watched:  # else it was closed in this round
                self._callbacks[fd](events)
        if accepting:  # last: a new socket may have the number of one that was just closed
            self._accept()

    def _listen_for_more(self, wanted: bool) -> None:
        if self._listener is None or wanted == self._listening:
            return
        self.watch(self._listener.fileno(), select.EPOLLIN if wanted else None)
        self._listening = wanted

    def _accept(self) -> None:
        if self._listening and self._listener is not None:
            with contextlib.suppress(OSError):  # gone again, or no descriptor left
                client, _ = self._listener.accept()
                client.setblocking(False)
                self._accepted.append(client)
        waiting, self._accepted = self._accepted, []
        for client in waiting:
            self._join(client)

    def _join(self, client: socket.socket) -> None:
        """Connect a client with the engine; later, when that has no room at the moment."""
        try:
            engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError:
            client.close()
            return
        try:
            engine.connect(self._engine)
        except BlockingIOError:
            engine.close()
            self._accepted.append(client)
        except OSError:  # it has ended, and so shall we
            engine.close()
            client.close()
        else:
            self.connections.add(_Connection(self, client, engine, self._observer()))
