"""One thread for calls that may block, left behind when one of them does.

Reading /proc takes microseconds, but a dead disk can block a ``statvfs`` for ever.  Such
a call keeps its thread; later calls get a new one.  The threads are daemons: a call
that never returns does not keep the process from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Threads that may hang at the same time; past this, calls are refused.
MAX_LEFT_BEHIND = 8

_Job = tuple["Callable[[], Any]", "asyncio.Future[Any]"]


class Hung(Exception):
    """A call did not return in time."""


class Worker:
    """Runs one call at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] | None = None
        self._left_behind = 0
        self._turn = asyncio.Lock()

    async def call(self, function: Callable[[], T], limit_s: float) -> T:
        """Run ``function`` in the thread and return what it returns, or raise what it raises.

        Raises:
            Hung: it has not returned within ``limit_s``.
        """
        async with self._turn:
            if self._left_behind >= MAX_LEFT_BEHIND:
                raise Hung(f"{self._left_behind} earlier calls have never returned")
            loop = asyncio.get_running_loop()
            done: asyncio.Future[T] = loop.create_future()
            if self._jobs is None:
                self._jobs = queue.SimpleQueue()
                args = (loop, self._jobs)
                threading.Thread(target=_serve, args=args, name=self._name, daemon=True).start()
            self._jobs.put((function, done))
            try:
                async with asyncio.timeout(limit_s):
                    return await done
            except TimeoutError:
                self.close()
                self._left_behind += 1
                raise Hung(f"no answer within {limit_s:g} s") from None
            except asyncio.CancelledError:
                self.close()
                raise

    def close(self) -> None:
        """Let the thread end once its call has returned."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None


def _serve(loop: asyncio.AbstractEventLoop, jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        function, done = job
        result: Any = None
        failure: BaseException | None = None
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_finish, done, result, failure)
        del job, function, done, result, failure  # an idle thread holds nothing


def _finish(done: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    if done.done():
        return
    if failure is not None:
        done.set_exception(failure)
    else:
        done.set_result(result)
