"""Reads the sources that are due, and leaves out those that fail.

A source that raises, hangs past ``READ_LIMIT_S`` or is not on this machine is reported
once and left out; the others go on.  It is tried again when the configuration is loaded anew,
and every ``RETRY_S``, since a busy machine may only have been slow: but for one that hangs in
the worker's thread, which would cost a thread each time.

Quick sources are read one after the other in the worker's thread; those that run a program say
in that thread whether they are due, and run as tasks.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from cortexd.worker import Hung, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_log = logging.getLogger(__name__)

READ_LIMIT_S = 5.0
# Between two tries of a source that is left out.
RETRY_S = 600.0


class Source(Protocol):
    """One thing that is watched.

    ``read`` collects; where it is a coroutine the source also has ``limit_s`` and ``due``,
    which says whether something has changed since the last reading.  One that is ``at_once``
    does not wait until the daemon's start has settled.
    """

    @property
    def name(self) -> str:
        """Names the source."""

    def missing(self) -> str | None:
        """Why this machine does not have it, or None."""

    def read(self) -> Any:
        """The reading."""


class Collector:
    """The sources of one configuration."""

    def __init__(
        self, sources: Iterable[Source], arrived: Callable[[], None], limit_s: float = READ_LIMIT_S
    ) -> None:
        """``arrived`` is called when a reading that took time is there."""
        self.sources = list(sources)
        self.left_out: dict[str, str] = {}  # name -> why
        self._again: dict[str, float] = {}  # name -> when it is tried again
        self.absent: dict[str, str] = {}  # not on this machine
        self._limit_s = limit_s
        self._arrived = arrived
        self._worker = Worker("sources")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ready: list[tuple[str, Any]] = []
        self._checked = False
        self._reading: Source | None = None

    async def collect(self, now: float, settled: bool) -> list[tuple[str, Any]]:
        """The readings that are there; ``settled`` lets the slow sources run too."""
        todo = [source for source in self.sources if self._reads(source, now)]
        done: list[tuple[Source, Any]] = []
        while todo:
            batch, todo = todo, []
            try:
                await self._worker.call(
                    lambda batch=batch: self._read_all(batch, now, settled, done),  # type: ignore[misc]
                    self._limit_s,
                )
            except Hung as hung:
                culprit = self._reading
                if culprit is None:
                    break
                self._leave_out(culprit, f"it hangs: {hung}", inf)
                todo = batch[batch.index(culprit) + 1 :]
        for source, value in done:
            if isinstance(value, Exception):
                why = f"it failed: {type(value).__name__}: {value}"
                self._leave_out(source, why, now + RETRY_S)
            elif inspect.iscoroutinefunction(source.read):
                if value:
                    self._start(source, now)
            else:
                self._has_read(source, value)
        readings, self._ready = self._ready, []
        return readings

    async def close(self) -> None:
        """Stop what runs."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._worker.close()

    def _reads(self, source: Source, now: float) -> bool:
        name = source.name
        return not (name in self.absent or name in self._tasks or now < self._again.get(name, now))

    def _read_all(
        self, batch: list[Source], now: float, settled: bool, done: list[tuple[Source, Any]]
    ) -> None:
        """In the worker's thread."""
        for source in batch:
            self._reading = source
            try:
                if (why := source.missing()) is not None:
                    self.absent[source.name] = why
                    _log.info("not watched: %s: %s", source.name, why)
                elif inspect.iscoroutinefunction(source.read):
                    may = settled or getattr(source, "at_once", False)
                    done.append((source, may and source.due(now)))  # type: ignore[attr-defined]
                else:
                    done.append((source, source.read()))
            except Exception as error:  # noqa: BLE001 - one bad source must not stop the others
                done.append((source, error))
        self._reading = None

    def _start(self, source: Source, now: float) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(source, now + RETRY_S))
        self._tasks[source.name] = task

    async def _finish(self, source: Source, again: float) -> None:
        limit_s: float = getattr(source, "limit_s", self._limit_s)
        try:
            async with asyncio.timeout(limit_s):
                reading = await source.read()
            self._has_read(source, reading)
        except TimeoutError:
            self._leave_out(source, f"it hangs: no answer within {limit_s:g} s", again)
        except Exception as error:  # noqa: BLE001 - as in _read_all
            self._leave_out(source, f"it failed: {type(error).__name__}: {error}", again)
        finally:
            self._tasks.pop(source.name, None)
            self._arrived()

    def _has_read(self, source: Source, reading: Any) -> None:
        self._ready.append((source.name, reading))
        if self.left_out.pop(source.name, None) is not None:
            del self._again[source.name]
            _log.info("%s is watched again", source.name)

    def _leave_out(self, source: Source, why: str, again: float) -> None:
        known = source.name in self.left_out
        self.left_out[source.name], self._again[source.name] = why, again
        if not known:
            _log.error("%s is no longer watched: %s", source.name, why)
