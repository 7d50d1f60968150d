"""Alerts as JSON to one HTTP address, in order, each repeated until it is delivered.

A message is in the store's outbox from the moment an alert changes until the server replies
with 2xx, so a restart loses none.  A message may arrive twice; its ``delivery`` identifies it.
Only a message that the server rejects as such (400, 413, 422) is discarded.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from cortexd.alert import RANK
from cortexd.model.http import Pool
from cortexd.model.http_parser import HttpError

if TYPE_CHECKING:
    from cortexd.alert import Alert
    from cortexd.alerts.store import Store
    from cortexd.config import AlertsSection

_log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
# The first retry comes after a second, each further one after twice as long, at most an hour.
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 3600.0
MAX_NOT_QUEUED = 1000
_REJECTED = frozenset({400, 413, 422})


class Webhook:
    """Sends the messages of the outbox."""

    def __init__(self, store: Store, settings: AlertsSection) -> None:
        self._store = store
        self._settings = settings
        self._not_queued: deque[str] = deque(maxlen=MAX_NOT_QUEUED)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failing: str | None = None

    def configure(self, settings: AlertsSection) -> None:
        """Send to another address, or to none, from now on; waiting messages included."""
        self._settings = settings
        self.start()
        self._wake.set()

    def start(self) -> None:
        """Start sending, if there is an address."""
        if self._settings.webhook_url and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop sending; waiting messages stay in the outbox."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def notify(self, event: str, alert: Alert) -> None:
        """Queue one alert."""
        if (
            self._settings.webhook_url is None
            or RANK[alert.severity] < RANK[self._settings.webhook_min_severity]
        ):
            return
        delivery = f"{alert.id}-{time.time_ns()}"
        body = {"event": event, "delivery": delivery, "alert": alert.to_reply()}
        self._not_queued.append(msgspec.json.encode(body).decode())
        self._fill_outbox()
        self._wake.set()

    def _fill_outbox(self) -> None:
        while self._not_queued and self._store.queue_message(self._not_queued[0], time.time()):
            self._not_queued.popleft()

    async def _run(self) -> None:
        while True:
            self._fill_outbox()
            message = self._store.peek_message() if self._settings.webhook_url else None
            self._wake.clear()
            if message is None:
                await self._wake.wait()
                continue
            number, body, attempts, due = message
            # After the clock was set back, no message may wait longer than the longest retry.
            wait = min(due - time.time(), LONGEST_RETRY_S)
            if wait > 0:
                await self._sleep(wait)
                continue
            try:
                status = await self._post(body)
            except (HttpError, OSError, TimeoutError) as error:
                self._postpone(number, attempts, str(error) or type(error).__name__)
                continue
            if 200 <= status < 300:
                self.failing = None
                self._store.delete_message(number)
            elif status in _REJECTED:
                _log.error("the webhook rejected a message with HTTP %d; discarded", status)
                self._store.delete_message(number)
            else:
                self._postpone(number, attempts, f"HTTP {status}")

    async def _sleep(self, seconds: float) -> None:
        """Wait.  A new address ends the wait; a new message behind this one does not."""
        url = self._settings.webhook_url
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self._settings.webhook_url == url:
            try:
                async with asyncio.timeout(left):
                    await self._wake.wait()
            except TimeoutError:
                return
            self._wake.clear()

    def _postpone(self, number: int, attempts: int, why: str) -> None:
        wait = min(FIRST_RETRY_S * 2 ** min(attempts, 20), LONGEST_RETRY_S)
        if self.failing is None:
            _log.warning("cannot deliver to the webhook: %s; retrying", why)
        self.failing = why
        self._store.postpone(number, time.time() + wait)

    async def _post(self, body: str) -> int:
        url = self._settings.webhook_url or ""
        headers = [(b"Content-Type", b"application/json"), (b"User-Agent", b"cortexd")]
        if token := self._settings.webhook_token:
            headers.append((b"Authorization", b"Bearer " + token.encode()))
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        pool = Pool(f"{parts.scheme}://{parts.netloc}")
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                pool.request("POST", path or "/", headers, body.encode()) as response,
            ):
                return response.status
        finally:
            pool.close()
