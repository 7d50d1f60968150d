"""The loop: collect, judge, store, publish.

Each turn reads the sources that are due, has the rules judge their readings, and hands the
judgements to the book of alerts.  Between turns the loop sleeps; the kernel's pressure trigger
and finished readings wake it early.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from cortexd import rules, sources
from cortexd.alerts.book import AlertBook
from cortexd.identifiers import identify
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

# However often the loop is woken, its turns are at least this far apart.
MIN_TURN_S = 0.5
# While something may be about to become an alert, the interval is divided by this.
HURRY = 2.5
# How often open alerts and samples are written.
MINUTE_S = 60
# How often expired alerts are deleted; after the clock was set, not for a whole period.
RETENTION_S = 3600.0
# How long the alert about a damaged database lasts.
MOVED_S = 3600.0


class Monitor:
    """Monitors the machine and keeps the alerts."""

    def __init__(
        self,
        config: Config,
        store: Store,
        extra_sources: Callable[[Config], list[Source]] | None = None,
    ) -> None:
        """``extra_sources`` makes the sources that need more than the monitoring section."""
        self.config = config
        self.book = AlertBook(store)
        self.readings: dict[str, Any] = {}
        self.collector = Collector([], self.wake)
        self.history = History(store)
        self.on_minute: list[Callable[[], None]] = []
        self.problems: dict[str, str] = {}  # other parts that do not work, and why
        self.turns = 0
        self._extra_sources = extra_sources
        self._clocks = Clocks()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trigger = PressureTrigger(self.wake)
        self._started = 0.0
        self._next_minute = 0.0
        self._next_retention = 0.0
        self._moved_at = 0.0
        self._new_config: Config | None = None

    # Start, stop, reload

    def start(self) -> None:
        """Start monitoring."""
        self._started = self._moved_at = self._clocks.steady()
        self._next_minute = self._started + MINUTE_S
        if self.config.monitoring.enabled:
            self._build_collector()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop monitoring, end every subscription, write what is unsaved."""
        self.book.publisher.close()
        self._trigger.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.collector.close()
        self.book.close()

    def configure(self, config: Config) -> None:
        """Use new settings from the next turn on, which is taken at once."""
        self._new_config = config
        self.wake()

    async def _reconfigure(self, config: Config) -> None:
        """Build the sources again if their settings changed, or if one of them was left out."""
        changed = config.monitoring != self.config.monitoring
        self.config = config
        if not (changed or self.collector.left_out):
            return
        old, names = self.collector, {source.name for source in self.collector.sources}
        self._build_collector()
        await old.close()
        for name in names - {source.name for source in self.collector.sources}:
            self.readings.pop(name, None)
            await self.book.forget_source(name, "no longer monitored")

    def wake(self) -> None:
        """Take the next turn now, or as soon as ``MIN_TURN_S`` allows."""
        self._woken.set()

    def _build_collector(self) -> None:
        settings = self.config.monitoring
        built: list[Source] = []
        if settings.enabled:
            built = sources.build(settings)
            built += self._extra_sources(self.config) if self._extra_sources else []
            self._trigger.open()
        else:
            self._trigger.close()
        self.collector = Collector(built, self.wake)

    async def _run(self) -> None:
        while True:
            try:
                await self.run_turn()
            except Exception:  # noqa: BLE001 - a defect in one rule must not stop the monitor
                _log.exception("internal error in the monitor; continuing")
            await self._sleep(self._choose_interval())

    async def _sleep(self, interval: float) -> None:
        started = self._clocks.steady()
        try:
            async with asyncio.timeout(interval):
                await self._woken.wait()
        except TimeoutError:
            pass
        else:
            if (early := started + MIN_TURN_S - self._clocks.steady()) > 0:
                await asyncio.sleep(early)
        self._woken.clear()

    def _choose_interval(self) -> float:
        interval = self.config.monitoring.interval_sec
        return max(1.0, interval / HURRY) if self.book.is_pending else interval

    # One turn

    async def run_turn(self) -> None:
        """Collect the readings that are due, judge them and act on them."""
        self.turns += 1
        if (config := self._new_config) is not None:
            self._new_config = None
            await self._reconfigure(config)
        now = self._clocks.steady()
        self._check_clocks()
        settled = now - self._started >= self.config.monitoring.settle_sec
        readings = await self.collector.collect(now, settled)
        readings.append(("daemon", self._read_daemon(now)))
        fresh = dict(readings)
        self.readings |= fresh
        waiting = [name for name in self.readings if self.book.is_waiting(name)]
        for name in dict.fromkeys([*fresh, *waiting]):
            try:
                await self._judge(name, is_fresh=name in fresh)
            except Exception:  # noqa: BLE001 - a defect in one rule must not stop the others
                _log.exception("internal error while judging %s; continuing", name)
        now = self._clocks.steady()
        if now >= self._next_minute:
            self._next_minute = now + MINUTE_S
            await self._run_minute(now)

    async def _judge(self, name: str, is_fresh: bool) -> None:
        reading = self.readings[name]
        if is_fresh:
            self.history.add_reading(name, reading)
        severities = self.book.severities(name)
        judgement = rules.JUDGES[name](reading, self.config.thresholds, severities)
        await self.book.judge(name, judgement)

    async def _run_minute(self, now: float) -> None:
        wall = time.time()
        self.history.store_minute(int(wall // MINUTE_S))
        if self.config.monitoring.enabled and self.config.monitoring.enable_trends:
            judgement = self.history.judge_trends(self.config.thresholds, int(wall // MINUTE_S))
            await self.book.judge("trends", judgement)
        self.book.flush()
        await self.book.retry_remedies()
        for listener in self.on_minute:
            listener()
        if now >= self._next_retention:
            self._next_retention = now + RETENTION_S
            self.book.store.delete_before(wall - self.config.alerts.retention_hours * 3600)

    def _read_daemon(self, now: float) -> DaemonReading:
        if self.book.store.problem is not None or self.book.store.unsaved:
            self.book.store.retry()
        moved = self.book.store.moved if now - self._moved_at < MOVED_S else None
        return DaemonReading(
            identify(str(self.book.store.path)),
            self.book.store.problem,
            len(self.book.store.unsaved),
            identify(str(moved)) if moved else None,
            self.collector.left_out,
            self.problems,
        )

    def _check_clocks(self) -> None:
        step = self._clocks.compare()
        if step.jumped:
            _log.warning("the clock was set by %+.0f s; trend history reset", step.jumped)
            self.history.restart(int(time.time() // MINUTE_S))
            self._next_retention = self._clocks.steady() + RETENTION_S
        if step.slept:
            _log.info("the machine slept for %.0f s", step.slept)
