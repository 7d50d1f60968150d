"""The loop: collect, judge, store, publish.  And the one place where alerts change.

Each turn reads what is due, lets the rules judge it, and carries out what the lifecycle
says.  The order for each change is fixed: evidence, remedy, stored, then told; so what a
client has been told of is on disk.  Between turns the loop sleeps; the kernel's pressure
trigger and finished readings wake it early.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from cortexd import evidence, remedies, rules, sources
from cortexd.alert import RANK, Alert, bounded, from_finding, printable
from cortexd.clocks import Clocks
from cortexd.collector import Collector
from cortexd.evidence.scene import Scene
from cortexd.history import History
from cortexd.lifecycle import Lifecycle, OpenAlert, Raise, Resolve, Update
from cortexd.pressure import PressureTrigger
from cortexd.rules.daemon import DaemonReading
from cortexd.subscription import Publisher
from cortexd.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cortexd.alert import Finding
    from cortexd.collector import Source
    from cortexd.config import Config
    from cortexd.lifecycle import Change
    from cortexd.store import Store

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
# At a clean machine's start hundreds of units may fail at once: evidence for this many.
MAX_EVIDENCE_PER_TURN = 16
# Stored alerts changed in one go before others get their turn.
CHUNK = 100


class Monitor:
    """Watches the machine and keeps the alerts."""

    def __init__(
        self, config: Config, store: Store, extra: Callable[[Config], list[Source]] | None = None
    ) -> None:
        """``extra`` makes the sources that need more than the configuration."""
        self.config = config
        self.store = store
        self.publisher = Publisher()
        self.lifecycle = Lifecycle(store.open_alerts())
        self.readings: dict[str, Any] = {}
        self.collector = Collector([], self.kick)
        self.history = History(store)
        self.on_change: list[Callable[[str, Alert], None]] = []
        self.on_minute: list[Callable[[], None]] = []
        self.problems: dict[str, str] = {}  # of other parts: what does not work, and why
        self.turns = 0
        self._extra = extra
        self._clocks = Clocks()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trigger = PressureTrigger(self.kick)
        self._look_worker = Worker("evidence")
        self._started = 0.0
        self._next_minute = 0.0
        self._next_retention = 0.0
        self._moved_at = 0.0
        self._unadvised: list[str] = []
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
        self.publisher.close()
        self._trigger.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.collector.close()
        self._look_worker.close()
        self._flush()
        self.store.close()

    def adopt(self, config: Config) -> None:
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
            await self._carry_out(self.lifecycle.forget(name, "it is no longer watched"))

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
        return max(1.0, interval / HURRY) if self.lifecycle.pending else interval

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
        waiting = [name for name in self.readings if self.lifecycle.waits(name)]
        for name in dict.fromkeys([*fresh, *waiting]):
            reading = self.readings[name]
            judgement = rules.JUDGES[name](
                reading, self.config.thresholds, self.lifecycle.severities(name)
            )
            now = self._clocks.steady()
            await self._carry_out(self.lifecycle.step(name, judgement, now, time.time()))
        if now >= self._next_minute:
            self._next_minute = now + MINUTE_S
            await self._minute(now)

    async def _minute(self, now: float) -> None:
        wall = time.time()
        self.history.keep(int(wall // MINUTE_S))
        if self.config.monitoring.enabled and self.config.monitoring.enable_trends:
            judgement = self.history.trends(self.config.thresholds, int(wall // MINUTE_S))
            await self._carry_out(self.lifecycle.step("trends", judgement, now, wall))
        self._flush()
        if self._unadvised:
            await self._advise_again()
        for listener in self.on_minute:
            listener()
        if now >= self._next_retention:
            self._next_retention = now + RETENTION_S
            self.store.retain(wall - self.config.alerts.retention_hours * 3600)

    def _flush(self) -> None:
        seen = [alert for alert in self.lifecycle.open.values() if alert.changed]
        self.store.touch(seen)
        for alert in seen:
            alert.changed = False

    def _own_reading(self, now: float) -> DaemonReading:
        if self.store.trouble is not None or self.store.unsaved:
            self.store.retry()
        lost = self.store.moved if now - self._moved_at < MOVED_S else None
        return DaemonReading(
            str(self.store.path),
            self.store.trouble,
            len(self.store.unsaved),
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

    # Changes

    async def _carry_out(self, changes: list[Change]) -> None:
        raised = [change.finding for change in changes if isinstance(change, Raise)]
        if raised:
            await self._raise(raised)
        for change in changes:
            if isinstance(change, Update):
                await self._update(change)
            elif isinstance(change, Resolve):
                self._resolve(change)

    async def _raise(self, findings: list[Finding]) -> None:
        scene = Scene(self._look_worker)
        alerts = [from_finding(finding, rules.KINDS[finding.kind]) for finding in findings]
        looked_up = alerts[:MAX_EVIDENCE_PER_TURN]
        found = await asyncio.gather(*(evidence.collect(alert, scene) for alert in looked_up))
        for alert, lines in zip(looked_up, found, strict=True):
            alert.evidence += lines
        await self._advise(alerts)
        self.store.save(*alerts)
        for alert in alerts:
            self.lifecycle.add(
                OpenAlert(alert.id, alert.key, alert.source, alert.severity, alert.status,
                          alert.title, alert.occurrences, alert.last_seen)
            )  # fmt: skip
            level = logging.WARNING if RANK[alert.severity] else logging.INFO
            _log.log(level, "alert raised: %s: %s", alert.severity, alert.message)
            self._tell("alert.raised", alert)

    async def _advise(self, alerts: list[Alert]) -> None:
        """Write the remedies, or remember to; an alert is told without rather than late."""
        if not await remedies.write(alerts):
            self._unadvised += [alert.id for alert in alerts]

    async def _advise_again(self) -> None:
        ids, self._unadvised = self._unadvised[:CHUNK], self._unadvised[CHUNK:]
        alerts = [alert for alert_id in ids if (alert := self.get(alert_id)) is not None]
        await self._advise(alerts)
        self.store.save(*alerts)
        for alert in alerts:
            self._tell("alert.updated", alert)

    async def _update(self, change: Update) -> None:
        if (alert := self.get(change.alert.id)) is None:
            return
        alert.severity, alert.title = change.finding.severity, printable(change.finding.title)
        alert.message = printable(change.finding.message)
        alert.metadata = {k: printable(v) for k, v in change.finding.metadata.items()}
        alert.status = change.alert.status
        if listed := [bounded(listed) for listed in change.finding.evidence]:
            titles = {evidence["title"] for evidence in listed}
            alert.evidence = listed + [e for e in alert.evidence if e["title"] not in titles]
        await self._advise([alert])
        self.store.save(alert)
        self._tell("alert.updated", alert)

    def _resolve(self, change: Resolve) -> None:
        if (alert := self._current(change.alert)) is None:
            return
        alert.open = False
        alert.resolved_at = max(time.time(), alert.first_seen)
        alert.resolution = (
            f"{printable(change.reason)}; it lasted {lasted(alert.resolved_at - alert.first_seen)}"
        )
        if alert.status != "dismissed":
            alert.status = "resolved"
        self.store.save(alert)
        _log.info("alert resolved: %s: %s", alert.title, alert.resolution)
        self._tell("alert.resolved", alert)

    def _tell(self, event: str, alert: Alert) -> None:
        self.publisher.publish(event, dict(alert.wire()))
        for listener in self.on_change:
            listener(event, alert)

    # What handlers ask

    def get(self, alert_id: str) -> Alert | None:
        """An alert as it is at this moment."""
        seen = self.lifecycle.by_id(alert_id)
        return self.store.get(alert_id) if seen is None else self._current(seen)

    def _current(self, seen: OpenAlert) -> Alert | None:
        alert = self.store.get(seen.id)
        return None if alert is None else self.fresh(alert)

    def fresh(self, alert: Alert) -> Alert:
        """Bring a stored alert up to what has been seen since it was written."""
        seen = self.lifecycle.open.get(alert.key) if alert.open else None
        if seen is not None and seen.id == alert.id and seen.changed:
            alert.occurrences, alert.last_seen = seen.occurrences, seen.last_seen
            alert.message = printable(seen.message) if seen.message else alert.message
        return alert

    async def acknowledge(self, ids: Iterable[str]) -> int:
        """A person has seen these alerts; how many of them were active."""
        return await self._mark(ids, "acknowledged", ("active",))

    async def dismiss(self, ids: Iterable[str]) -> int:
        """A person wants to hear no more of these; how many had not been dismissed."""
        return await self._mark(ids, "dismissed", ("active", "acknowledged", "resolved"))

    async def _mark(self, ids: Iterable[str], status: Any, from_: tuple[str, ...]) -> int:
        todo, count = list(ids), 0
        by_id = {alert.id: alert for alert in self.lifecycle.open.values()}
        for start in range(0, len(todo), CHUNK):
            found = [self.store.get(alert_id) for alert_id in todo[start : start + CHUNK]]
            changed = [self.fresh(a) for a in found if a is not None and a.status in from_]
            for alert in changed:
                alert.status = status
                if (seen := by_id.get(alert.id)) is not None:
                    seen.status = status
            self.store.save(*changed)
            for alert in changed:
                self._tell("alert.updated", alert)
            count += len(changed)
            await asyncio.sleep(0)
        return count

    def attach(self, alert_id: str, analysis: Any) -> None:
        """The model has explained an alert."""
        if (alert := self.get(alert_id)) is not None:
            alert.analysis = analysis
            self.store.save(alert)
            self._tell("alert.updated", alert)


def lasted(seconds: float) -> str:
    """A duration for people: its two largest units."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
