"""The loop: collect, judge, store, publish.

Each turn reads what is due, lets the rules judge it, and has the book of alerts carry out
what the lifecycle says.  Between turns the loop sleeps; the kernel's pressure
trigger and finished readings wake it early.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from cortexd import rules, sources
from cortexd.alerts.book import AlertBook
from cortexd.monitoring.clocks import Clocks
from cortexd.monitoring.collector import Collector
from cortexd.monitoring.history import History
from cortexd.monitoring.pressure import PressureTrigger
from cortexd.rules.daemon import DaemonReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortexd.alerts.store import Store
    from cortexd.config import Config
    from cortexd.monitoring.collector import Source

_log = logging.getLogger(__name__)

# However many things wake the loop, it turns no more often than this.
MIN_TURN_S = 0.5
# While something may be about to become an alert, the interval is divided by this.
HURRY = 2.5
# How often what was seen of open alerts is written, and samples are kept.
MINUTE_S = 60
# How often retention is enforced; after the clock was set it waits a whole period.
RETENTION_S = 3600.0
# How long the loss of a database is told.
MOVED_S = 3600.0


class Monitor:
    """Watches the machine and keeps the alerts."""

    def __init__(
        self, config: Config, store: Store, extra: Callable[[Config], list[Source]] | None = None
    ) -> None:
        """``extra`` makes the sources that need more than the configuration."""
        self.config = config
        self.book = AlertBook(store)
        self.readings: dict[str, Any] = {}
        self.collector = Collector([], self.kick)
        self.history = History(store)
        self.on_minute: list[Callable[[], None]] = []
        self.problems: dict[str, str] = {}  # of other parts: what does not work, and why
        self.turns = 0
        self._extra = extra
        self._clocks = Clocks()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trigger = PressureTrigger(self.kick)
        self._started = 0.0
        self._next_minute = 0.0
        self._next_retention = 0.0
        self._moved_at = 0.0
        self._new_config: Config | None = None

    # Life

    def start(self) -> None:
        """Begin to watch."""
        self._started = self._moved_at = self._clocks.steady()
        self._next_minute = self._started + MINUTE_S
        if self.config.monitoring.enabled:
            self._build()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End the watch and every subscription; write what waits."""
        self.book.publisher.close()
        self._trigger.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.collector.close()
        self.book.close()

    def configure(self, config: Config) -> None:
        """Watch under new settings from the next turn on, which comes at once."""
        self._new_config = config
        self.kick()

    async def _apply(self, config: Config) -> None:
        """Sources that were left out get another chance."""
        changed = config.monitoring != self.config.monitoring
        self.config = config
        if not (changed or self.collector.left_out):
            return
        old, names = self.collector, {source.name for source in self.collector.sources}
        self._build()
        await old.close()
        for name in names - {source.name for source in self.collector.sources}:
            self.readings.pop(name, None)
            await self.book.carry_out(self.book.lifecycle.forget(name, "it is no longer watched"))

    def kick(self) -> None:
        """Take the next turn soon."""
        self._wake.set()

    def _build(self) -> None:
        settings = self.config.monitoring
        found: list[Source] = []
        if settings.enabled:
            found = sources.build(settings)
            found += self._extra(self.config) if self._extra else []
            self._trigger.open()
        else:
            self._trigger.close()
        self.collector = Collector(found, self.kick)

    async def _run(self) -> None:
        while True:
            try:
                await self.turn()
            except Exception:  # noqa: BLE001 - a defect in one rule must not end the watch
                _log.exception("defect in the monitor; it goes on")
            await self._sleep(self._interval())

    async def _sleep(self, interval: float) -> None:
        begun = self._clocks.steady()
        try:
            async with asyncio.timeout(interval):
                await self._wake.wait()
        except TimeoutError:
            pass
        else:
            if (early := begun + MIN_TURN_S - self._clocks.steady()) > 0:
                await asyncio.sleep(early)
        self._wake.clear()

    def _interval(self) -> float:
        interval = self.config.monitoring.interval_sec
        return max(1.0, interval / HURRY) if self.book.lifecycle.pending else interval

    # One turn

    async def turn(self) -> None:
        """Collect what is due, judge it and act on it."""
        self.turns += 1
        if (config := self._new_config) is not None:
            self._new_config = None
            await self._apply(config)
        now = self._clocks.steady()
        self._look_at_clocks()
        settled = now - self._started >= self.config.monitoring.settle_sec
        readings = await self.collector.collect(now, settled)
        readings.append(("daemon", self._own_reading(now)))
        fresh = dict(readings)
        self.readings |= fresh
        for name, reading in fresh.items():
            self.history.note(name, reading)
        waiting = [name for name in self.readings if self.book.lifecycle.waits(name)]
        for name in dict.fromkeys([*fresh, *waiting]):
            reading = self.readings[name]
            judgement = rules.JUDGES[name](
                reading, self.config.thresholds, self.book.lifecycle.severities(name)
            )
            now = self._clocks.steady()
            await self.book.carry_out(self.book.lifecycle.step(name, judgement, now, time.time()))
        if now >= self._next_minute:
            self._next_minute = now + MINUTE_S
            await self._minute(now)

    async def _minute(self, now: float) -> None:
        wall = time.time()
        self.history.keep(int(wall // MINUTE_S))
        if self.config.monitoring.enabled and self.config.monitoring.enable_trends:
            judgement = self.history.trends(self.config.thresholds, int(wall // MINUTE_S))
            await self.book.carry_out(self.book.lifecycle.step("trends", judgement, now, wall))
        self.book.flush()
        await self.book.advise_again()
        for listener in self.on_minute:
            listener()
        if now >= self._next_retention:
            self._next_retention = now + RETENTION_S
            self.book.store.retain(wall - self.config.alerts.retention_hours * 3600)

    def _own_reading(self, now: float) -> DaemonReading:
        if self.book.store.trouble is not None or self.book.store.unsaved:
            self.book.store.retry()
        lost = self.book.store.moved if now - self._moved_at < MOVED_S else None
        return DaemonReading(
            str(self.book.store.path),
            self.book.store.trouble,
            len(self.book.store.unsaved),
            str(lost) if lost else None,
            self.collector.left_out | self.problems,
        )

    def _look_at_clocks(self) -> None:
        step = self._clocks.look()
        if step.jumped:
            _log.warning("the clock was set %+.0f s; trends begin anew", step.jumped)
            self.history.restart(int(time.time() // MINUTE_S))
            self._next_retention = self._clocks.steady() + RETENTION_S
        if step.slept:
            _log.info("the machine slept for %.0f s", step.slept)
