"""The order in which a connection's events and replies leave.

Replies leave in the order of their requests, the events of a request before its reply; what
comes too early is kept.  No I/O: requests, events and replies in, the lines that may leave
now out.  Knows nothing of sockets, tasks or what a line says.
"""

from __future__ import annotations

from collections import deque
from typing import TypeVar


class Place:
    """One request's place in the order; ``reply`` is None until there is one."""

    __slots__ = ("events", "reply")

    def __init__(self) -> None:
        self.events: list[bytes] = []
        self.reply: bytes | None = None


PlaceT = TypeVar("PlaceT", bound=Place)


class ReplyOrder(deque[PlaceT]):
    """The requests of one connection whose replies are due, the oldest first.

    A deque, so that asking whether a reply is due costs a request nothing.
    """

    __slots__ = ()

    def is_first(self, place: PlaceT) -> bool:
        """Whether the events and the reply of ``place`` may leave now."""
        return bool(self) and self[0] is place

    def add_event(self, place: PlaceT, line: bytes) -> list[bytes]:
        """Take one event; return it if it may leave now, else keep it."""
        if self.is_first(place):
            return [line]
        place.events.append(line)
        return []

    def take_ready(self) -> list[bytes]:
        """Remove the places at the front that have a reply; return the lines that may leave.

        The events that the next request has kept follow, for it is now the first.  An empty
        reply, a notification's, ends its place without a line.
        """
        lines: list[bytes] = []
        while self and (reply := self[0].reply) is not None:
            self.popleft()
            if reply:
                lines.append(reply)
            if self:
                lines += self[0].events
                self[0].events.clear()
        return lines
