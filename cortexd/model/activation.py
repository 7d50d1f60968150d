"""Start a model server that loads on demand, by connecting to its address.

systemd listens there; the first connection starts the server and waits until the model is
ready.  There is at most one such connection, however many requests wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing

from cortexd import events
from cortexd.events import Event
from cortexd.model import http, http_parser

ATTEMPTS = 3
# Stopping takes a moment; a failing start takes longer.
PAUSE_S = 0.2

_log = logging.getLogger(__name__)


class Activator:
    """Starts the server at an address."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @property
    def is_active(self) -> bool:
        """Whether a start is under way."""
        return self._task is not None and not self._task.done()

    def activate(self, url: str, timeout_s: float) -> None:
        """Start it, unless a start is under way."""
        if not self.is_active:
            self._task = asyncio.get_running_loop().create_task(_activate(url, timeout_s))

    def cancel(self) -> None:
        """Stop waiting; the server continues to start."""
        if self._task is not None:
            self._task.cancel()


async def _request_health(pool: http.Pool) -> None:
    """Wait for any response.

    systemd drops waiting connections when a start fails, but also while the server is being
    stopped, so this tries a few times.
    """
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            async with (
                pool.request("GET", "/health", [], b"") as response,
                aclosing(response.body()) as pieces,
            ):
                async for _ in pieces:
                    pass
            return
        except http_parser.Broken:
            if not attempts_left:
                raise
            await asyncio.sleep(PAUSE_S)


async def _activate(url: str, timeout_s: float) -> None:
    started = time.monotonic()
    events.log(_log, logging.INFO, Event.MODEL_LOADING, "starting the model server")
    pool = http.Pool(url)
    try:
        async with asyncio.timeout(timeout_s):
            await _request_health(pool)
    except (http_parser.HttpError, TimeoutError) as error:
        took = time.monotonic() - started
        _log.warning(
            "the model server did not start within %.1f s: %s", took, str(error) or "timeout"
        )
    else:
        took = time.monotonic() - started
        text = "the model server is up after %.1f s"
        events.log(_log, logging.INFO, Event.MODEL_STARTED, text, took)
    finally:
        pool.close()
