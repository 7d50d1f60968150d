"""Events of alerts for any number of listeners, none of which can delay the others.

A listener that does not keep up loses its oldest events and gets their number instead.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Events that wait for one listener; a few hundred bytes each, shared among listeners.
MAX_BACKLOG = 2000

Event = tuple[str, dict[str, Any]]


class Subscription:
    """One listener's events; iterating waits for the next and ends with the publisher."""

    def __init__(self, publisher: Publisher, is_wanted: Callable[[dict[str, Any]], bool]) -> None:
        self._publisher = publisher
        self._is_wanted = is_wanted
        self._events: deque[Event] = deque()
        self._missed = 0
        self._wake = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Keep an event for the listener."""
        if not self._is_wanted(event[1]):
            return
        if len(self._events) >= MAX_BACKLOG:
            self._events.popleft()
            self._missed += 1
        self._events.append(event)
        self._wake.set()

    def wake(self) -> None:
        """Wake the listener, so that it sees that the publisher has closed."""
        self._wake.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._publisher.closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        if self._missed:
            missed, self._missed = self._missed, 0
            return "alerts.missed", {"count": missed}
        return self._events.popleft()

    def close(self) -> None:
        """Unsubscribe."""
        self._publisher.listeners.discard(self)


class Publisher:
    """Hands events to every listener."""

    def __init__(self) -> None:
        self.listeners: set[Subscription] = set()
        self.closed = False

    def subscribe(self, is_wanted: Callable[[dict[str, Any]], bool]) -> Subscription:
        """A subscription to the events whose data is ``is_wanted``."""
        subscription = Subscription(self, is_wanted)
        self.listeners.add(subscription)
        return subscription

    def publish(self, name: str, data: dict[str, Any]) -> None:
        """Offer an event to every listener."""
        for listener in self.listeners:
            listener.offer((name, data))

    def close(self) -> None:
        """End every subscription once its events are read."""
        self.closed = True
        for listener in self.listeners:
            listener.wake()
