"""The one place where alerts change: raised, updated, resolved, acknowledged and dismissed.

The order of each change is fixed: evidence, remedy, stored, then published; so whatever a
client hears of is on disk.  Knows nothing of how conditions are found.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from typing import TYPE_CHECKING, Any

from cortexd import events, evidence, rules
from cortexd.alert import Alert, limit_evidence, make_alert, sanitize
from cortexd.alerts import remedies
from cortexd.alerts.lifecycle import Lifecycle, OpenAlert, Raise, Resolve, Update
from cortexd.alerts.subscription import Publisher
from cortexd.duration import format_duration
from cortexd.events import Event
from cortexd.evidence.scene import Scene
from cortexd.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cortexd.alert import Finding, Judgement
    from cortexd.alerts.lifecycle import Change
    from cortexd.alerts.store import Store
    from cortexd.api.messages import Severity

_log_event = functools.partial(events.log, logging.getLogger(__name__))

_LEVELS = {
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}

# On a freshly booted machine hundreds of units may fail at once: evidence for this many.
MAX_EVIDENCE_PER_TURN = 16
# Stored alerts changed in one go before others get their turn.
CHUNK = 100


class AlertBook:
    """The alerts of this machine, and everybody who hears of their changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.publisher = Publisher()
        self.on_change: list[Callable[[str, Alert], None]] = []
        self._lifecycle = Lifecycle(store.find_open_alerts())
        self._worker = Worker("evidence")
        self._without_remedy: list[str] = []

    def close(self) -> None:
        """Write what is unsaved and close the store."""
        self._worker.close()
        self.flush()
        self.store.close()

    # The monitor's side

    async def judge(self, source: str, judgement: Judgement, now: float | None = None) -> None:
        """Raise, update and resolve the alerts of one source as its rule has judged.

        ``now`` is in seconds of the steady clock; by default it is read from that clock.
        """
        now = time.monotonic() if now is None else now
        await self._apply(self._lifecycle.step(source, judgement, now, time.time()))

    async def forget_source(self, source: str, reason: str) -> None:
        """Resolve the alerts of a source that is no longer read."""
        await self._apply(self._lifecycle.forget_source(source, reason))

    def severities(self, source: str) -> dict[str, Severity]:
        """The severity of each open alert of one source, by key: for its rule's hysteresis."""
        return self._lifecycle.severities(source)

    def is_waiting(self, source: str) -> bool:
        """Whether time alone may raise or resolve an alert of this source."""
        return self._lifecycle.is_waiting(source)

    @property
    def is_pending(self) -> bool:
        """Whether time alone may raise or resolve any alert."""
        return self._lifecycle.is_pending

    def flush(self) -> None:
        """Write how often and when open alerts were seen."""
        changed = [alert for alert in self._lifecycle.open.values() if alert.changed]
        self.store.touch(changed)
        for alert in changed:
            alert.changed = False

    async def retry_remedies(self) -> None:
        """Write the remedies that could not be written when their alerts were raised."""
        if not self._without_remedy:
            return
        ids, self._without_remedy = self._without_remedy[:CHUNK], self._without_remedy[CHUNK:]
        alerts = [alert for alert_id in ids if (alert := self.get(alert_id)) is not None]
        await self._write_remedies(alerts, remedies.RETRY_LIMIT_S)
        self.store.save(*alerts)
        for alert in alerts:
            self._publish("alert.updated", alert)

    async def _apply(self, changes: list[Change]) -> None:
        raised = [change.finding for change in changes if isinstance(change, Raise)]
        if raised:
            await self._raise(raised)
        for change in changes:
            if isinstance(change, Update):
                await self._update(change)
            elif isinstance(change, Resolve):
                self._resolve(change)

    async def _raise(self, findings: list[Finding]) -> None:
        scene = Scene(self._worker)
        alerts = [make_alert(finding, rules.KINDS[finding.kind]) for finding in findings]
        examined = alerts[:MAX_EVIDENCE_PER_TURN]
        pages = await asyncio.gather(*(evidence.collect(alert, scene) for alert in examined))
        for alert, page in zip(examined, pages, strict=True):
            alert.evidence += page
        await self._write_remedies(alerts)
        self.store.save(*alerts)
        for alert in alerts:
            self._lifecycle.add(
                OpenAlert(alert.id, alert.key, alert.source, alert.severity, alert.status,
                          alert.title, alert.occurrences, alert.last_seen)
            )  # fmt: skip
            _log_event(
                _LEVELS[alert.severity], Event.ALERT_RAISED, "alert raised: %s: %s",
                alert.severity, alert.message, **_make_journal_fields(alert),
            )  # fmt: skip
            self._publish("alert.raised", alert)

    async def _write_remedies(self, alerts: list[Alert], limit_s: float = remedies.LIMIT_S) -> None:
        """Write the remedies, or leave it for later: an alert must not wait for its remedy."""
        if not await remedies.write(alerts, limit_s):
            self._without_remedy += [alert.id for alert in alerts]

    async def _update(self, change: Update) -> None:
        if (alert := self.get(change.alert.id)) is None:
            return
        finding = change.finding
        alert.severity, alert.title = finding.severity, sanitize(finding.title)
        alert.message = sanitize(finding.message)
        alert.metadata = {name: sanitize(value) for name, value in finding.metadata.items()}
        alert.status = change.alert.status
        if pages := [limit_evidence(page) for page in finding.evidence]:
            titles = {page["title"] for page in pages}
            alert.evidence = pages + [e for e in alert.evidence if e["title"] not in titles]
        await self._write_remedies([alert])
        self.store.save(alert)
        self._publish("alert.updated", alert)

    def _resolve(self, change: Resolve) -> None:
        if (alert := self._load(change.alert)) is None:
            return
        alert.open = False
        alert.resolved_at = max(time.time(), alert.first_seen)
        duration = format_duration(alert.resolved_at - alert.first_seen)
        alert.resolution = f"{sanitize(change.reason)}; lasted {duration}"
        if alert.status != "dismissed":
            alert.status = "resolved"
        self.store.save(alert)
        _log_event(
            logging.INFO, Event.ALERT_RESOLVED, "alert resolved: %s: %s",
            alert.title, alert.resolution, **_make_journal_fields(alert),
        )  # fmt: skip
        self._publish("alert.resolved", alert)

    def _publish(self, event: str, alert: Alert) -> None:
        self.publisher.publish(event, dict(alert.to_reply()))
        for listener in self.on_change:
            listener(event, alert)

    # The handlers' side

    def get(self, alert_id: str) -> Alert | None:
        """An alert as it is at this moment."""
        open_alert = self._lifecycle.find(alert_id)
        return self.store.get(alert_id) if open_alert is None else self._load(open_alert)

    def refresh(self, alert: Alert) -> Alert:
        """Bring a stored alert up to what has been seen since it was written."""
        current = self._lifecycle.open.get(alert.key) if alert.open else None
        if current is not None and current.id == alert.id and current.changed:
            alert.occurrences, alert.last_seen = current.occurrences, current.last_seen
            alert.message = sanitize(current.message) if current.message else alert.message
        return alert

    async def acknowledge(self, ids: Iterable[str]) -> int:
        """A person has seen these alerts; returns how many of them were active."""
        return await self._set_status(ids, "acknowledged", ("active",))

    async def dismiss(self, ids: Iterable[str]) -> int:
        """A person wants these alerts hidden; returns how many were not dismissed before."""
        return await self._set_status(ids, "dismissed", ("active", "acknowledged", "resolved"))

    def attach_analysis(self, alert_id: str, analysis: Any) -> None:
        """Keep the model's explanation with its alert."""
        if (alert := self.get(alert_id)) is not None:
            alert.analysis = analysis
            self.store.save(alert)
            self._publish("alert.updated", alert)

    def _load(self, open_alert: OpenAlert) -> Alert | None:
        alert = self.store.get(open_alert.id)
        return None if alert is None else self.refresh(alert)

    async def _set_status(self, ids: Iterable[str], status: Any, before: tuple[str, ...]) -> int:
        """Give ``status`` to those alerts whose status is one of ``before``."""
        pending, count = list(ids), 0
        open_alerts = {alert.id: alert for alert in self._lifecycle.open.values()}
        for start in range(0, len(pending), CHUNK):
            stored = [self.store.get(alert_id) for alert_id in pending[start : start + CHUNK]]
            changed = [self.refresh(a) for a in stored if a is not None and a.status in before]
            for alert in changed:
                alert.status = status
                if (open_alert := open_alerts.get(alert.id)) is not None:
                    open_alert.status = status
            self.store.save(*changed)
            for alert in changed:
                self._publish("alert.updated", alert)
            count += len(changed)
            await asyncio.sleep(0)
        return count


def _make_journal_fields(alert: Alert) -> dict[str, str]:
    return {"alert_id": alert.id, "alert_type": alert.type, "alert_severity": alert.severity}
