"""A timer that is started and stopped by name, and never runs twice at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Timer:
    """Calls back once, some time after ``start``.

    The callback is given at the start and dropped at the end: kept, it would tie an idle
    connection and its timers into a circle that only the garbage collector can free.
    """

    __slots__ = ("_handle", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether the callback is still to come."""
        return self._handle is not None

    def start(self, delay_s: float, callback: Callable[[], None]) -> None:
        """Call ``callback`` in ``delay_s`` seconds; a timer that runs goes on unchanged."""
        if self._handle is None:
            self._handle = self._loop.call_later(delay_s, self._fire, callback)

    def stop(self) -> None:
        """Drop the callback, if it is still to come."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self, callback: Callable[[], None]) -> None:
        self._handle = None
        callback()
