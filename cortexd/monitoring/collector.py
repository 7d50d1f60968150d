"""Reads the sources that are due, and leaves out those that fail.

A source that raises, hangs past its limit or is not on this machine is reported once and left
out; the others continue.  Of a source with parts, only the part that hangs is left out.  A
source that failed is retried when the configuration is reloaded, and every ``RETRY_S``, because
a busy machine may only have been slow.  One that hangs in the worker's thread is not: each
attempt would cost a thread.

Quick sources are read one after the other in the worker's thread.  Those that run a program are
asked in that thread whether they are due, and are read in tasks.
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
# Between two attempts at a source that was left out.
RETRY_S = 600.0


class Source(Protocol):
    """One thing that is monitored.

    ``read`` collects.  If it is a coroutine function, the source also has ``limit_s`` and
    ``is_due``, which says whether something has changed since the last reading.  A source that
    is ``at_once`` does not wait until the daemon's start has settled.  A source of many parts may
    have ``leave_out_hung``, which leaves out the part whose reading never returned and names it;
    the others are then read again.
    """

    @property
    def name(self) -> str:
        """The name that rules, metrics and alerts use."""

    def explain_absence(self) -> str | None:
        """Why this machine does not have it, or None."""

    def read(self) -> Any:
        """The reading."""


class Collector:
    """The sources of one configuration."""

    def __init__(
        self,
        sources: Iterable[Source],
        on_arrival: Callable[[], None],
        limit_s: float = READ_LIMIT_S,
    ) -> None:
        """``on_arrival`` is called when the reading of a task is ready."""
        self.sources = list(sources)
        self.left_out: dict[str, str] = {}  # name -> why
        self._retry_at: dict[str, float] = {}  # name -> when, on the steady clock
        self.absent: dict[str, str] = {}  # not on this machine
        self._limit_s = limit_s
        self._on_arrival = on_arrival
        self._worker = Worker("sources")
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._arrived: list[tuple[str, Any]] = []
        self._reading: Source | None = None

    async def collect(self, now: float, settled: bool) -> list[tuple[str, Any]]:
        """The readings that are ready.

        ``now`` is in seconds of the steady clock; ``settled`` lets the slow sources run too.
        """
        pending = [source for source in self.sources if self._is_readable(source, now)]
        results: list[tuple[Source, Any]] = []
        while pending:
            batch, pending = pending, []
            try:
                await self._worker.call(
                    lambda batch=batch: self._read_all(batch, now, settled, results),  # type: ignore[misc]
                    self._limit_s,
                )
            except Hung as hung:
                culprit = self._reading
                if culprit is None:
                    break
                pending = batch[batch.index(culprit) :]
                if (part := _leave_out_part(culprit)) is not None:
                    self._leave_out(part, str(hung), inf)
                else:
                    self._leave_out(culprit.name, str(hung), inf)
                    del pending[0]
        for source, value in results:
            if isinstance(value, Exception):
                why = f"{type(value).__name__}: {value}"
                self._leave_out(source.name, why, now + RETRY_S)
            elif inspect.iscoroutinefunction(source.read):
                if value:
                    self._start(source, now)
            else:
                self._accept(source, value)
        readings, self._arrived = self._arrived, []
        return readings

    async def close(self) -> None:
        """Stop the tasks and the worker."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._worker.close()

    def _is_readable(self, source: Source, now: float) -> bool:
        name = source.name
        return not (
            name in self.absent or name in self._tasks or now < self._retry_at.get(name, now)
        )

    def _read_all(
        self, batch: list[Source], now: float, settled: bool, results: list[tuple[Source, Any]]
    ) -> None:
        """In the worker's thread."""
        for source in batch:
            self._reading = source
            try:
                if (why := source.explain_absence()) is not None:
                    self.absent[source.name] = why
                    _log.info("not monitored: %s: %s", source.name, why)
                elif inspect.iscoroutinefunction(source.read):
                    may_run = settled or getattr(source, "at_once", False)
                    results.append((source, may_run and source.is_due(now)))  # type: ignore[attr-defined]
                else:
                    results.append((source, source.read()))
            except Exception as error:  # noqa: BLE001 - one bad source must not stop the others
                results.append((source, error))
        self._reading = None

    def _start(self, source: Source, now: float) -> None:
        task = asyncio.get_running_loop().create_task(self._run_source(source, now + RETRY_S))
        self._tasks[source.name] = task

    async def _run_source(self, source: Source, retry_at: float) -> None:
        limit_s: float = getattr(source, "limit_s", self._limit_s)
        try:
            async with asyncio.timeout(limit_s):
                reading = await source.read()
            self._accept(source, reading)
        except TimeoutError:
            self._leave_out(source.name, f"no answer within {limit_s:g} s", retry_at)
        except Exception as error:  # noqa: BLE001 - as in _read_all
            self._leave_out(source.name, f"{type(error).__name__}: {error}", retry_at)
        finally:
            self._tasks.pop(source.name, None)
            self._on_arrival()

    def _accept(self, source: Source, reading: Any) -> None:
        self._arrived.append((source.name, reading))
        if self.left_out.pop(source.name, None) is not None:
            del self._retry_at[source.name]
            _log.info("%s is monitored again", source.name)

    def _leave_out(self, name: str, why: str, retry_at: float) -> None:
        is_new = name not in self.left_out
        self.left_out[name], self._retry_at[name] = why, retry_at
        if is_new:
            _log.error("%s is no longer monitored: %s", name, why)


def _leave_out_part(source: Source) -> str | None:
    """Have a source that hangs leave out what hangs; the part's name, None if it has no parts."""
    leave_out: Callable[[], str | None] | None = getattr(source, "leave_out_hung", None)
    return None if leave_out is None else leave_out()
