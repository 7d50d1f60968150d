"""Alerts as JSON to one HTTP address, in order, each until it has arrived.

Messages lie in the store's outbox from the moment an alert is told until the other side
has said 2xx, so a restart loses none; one may arrive twice, its ``delivery`` tells.  Only a
message that the other side refuses for itself (400, 413, 422) is given up.
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
from cortexd.model.http import HttpError, Pool

if TYPE_CHECKING:
    from cortexd.alert import Alert
    from cortexd.alerts.store import Store
    from cortexd.config import AlertsSection

_log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
# The first retry comes after a second, the next after twice as long each, at most an hour.
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 3600.0
MAX_UNSAVED = 1000
_REFUSED = frozenset({400, 413, 422})


class Webhook:
    """The outbox's way out."""

    def __init__(self, store: Store, settings: AlertsSection) -> None:
        self._store = store
        self._settings = settings
        self._unsaved: deque[str] = deque(maxlen=MAX_UNSAVED)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failing: str | None = None

    def configure(self, settings: AlertsSection) -> None:
        """Send to another address, or to none, from now on; what waits goes there too."""
        self._settings = settings
        self.start()
        self._wake.set()

    def start(self) -> None:
        """Begin to send, if there is an address and something may wait."""
        if self._settings.webhook_url and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send no more; what waits stays in the outbox."""
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
        body = {"event": event, "delivery": delivery, "alert": alert.wire()}
        self._unsaved.append(msgspec.json.encode(body).decode())
        self._save()
        self._wake.set()

    def _save(self) -> None:
        while self._unsaved and self._store.post(self._unsaved[0], time.time()):
            self._unsaved.popleft()

    async def _run(self) -> None:
        while True:
            self._save()
            message = self._store.next_message() if self._settings.webhook_url else None
            self._wake.clear()
            if message is None:
                await self._wake.wait()
                continue
            number, body, attempts, due = message
            # A clock that was set back must not hold a message for longer than any retry.
            wait = min(due - time.time(), LONGEST_RETRY_S)
            if wait > 0:
                await self._sleep(wait)
                continue
            try:
                status = await self._post(body)
            except (HttpError, OSError, TimeoutError) as error:
                self._later(number, attempts, str(error) or type(error).__name__)
                continue
            if 200 <= status < 300:
                self.failing = None
                self._store.sent(number)
            elif status in _REFUSED:
                _log.error("the webhook refuses a message with HTTP %d; it is given up", status)
                self._store.sent(number)
            else:
                self._later(number, attempts, f"HTTP {status}")

    async def _sleep(self, seconds: float) -> None:
        """Wait; a new address ends the wait, a new message behind this one does not."""
        url = self._settings.webhook_url
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self._settings.webhook_url == url:
            try:
                async with asyncio.timeout(left):
                    await self._wake.wait()
            except TimeoutError:
                return
            self._wake.clear()

    def _later(self, number: int, attempts: int, why: str) -> None:
        wait = min(FIRST_RETRY_S * 2 ** min(attempts, 20), LONGEST_RETRY_S)
        if self.failing is None:
            _log.warning("the webhook cannot be reached (%s); trying again", why)
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
