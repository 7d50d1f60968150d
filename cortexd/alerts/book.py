"""The one place where alerts change: raised, updated, resolved, seen and dismissed by people.

The order for each change is fixed: evidence, remedy, stored, then told; so what a client has
been told of is on disk.  Knows nothing of how conditions are found.
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

    from cortexd.alert import Finding
    from cortexd.alerts.lifecycle import Change
    from cortexd.alerts.store import Store

_say = functools.partial(events.log, logging.getLogger(__name__))

_LEVELS = {
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}

# At a clean machine's start hundreds of units may fail at once: evidence for this many.
MAX_EVIDENCE_PER_TURN = 16
# Stored alerts changed in one go before others get their turn.
CHUNK = 100


class AlertBook:
    """The alerts of this machine, and everybody who is told of their changes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.lifecycle = Lifecycle(store.open_alerts())
        self.publisher = Publisher()
        self.on_change: list[Callable[[str, Alert], None]] = []
        self._worker = Worker("evidence")
        self._unadvised: list[str] = []

    def close(self) -> None:
        """Write what waits and close the store."""
        self._worker.close()
        self.flush()
        self.store.close()

    async def carry_out(self, changes: list[Change]) -> None:
        """Do what the lifecycle says."""
        raised = [change.finding for change in changes if isinstance(change, Raise)]
        if raised:
            await self._raise(raised)
        for change in changes:
            if isinstance(change, Update):
                await self._update(change)
            elif isinstance(change, Resolve):
                self._resolve(change)

    def flush(self) -> None:
        """Write how often and when open alerts were seen."""
        seen = [alert for alert in self.lifecycle.open.values() if alert.changed]
        self.store.touch(seen)
        for alert in seen:
            alert.changed = False

    async def _raise(self, findings: list[Finding]) -> None:
        scene = Scene(self._worker)
        alerts = [make_alert(finding, rules.KINDS[finding.kind]) for finding in findings]
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
            level = _LEVELS[alert.severity]
            words = "alert raised: %s: %s"
            _say(level, Event.ALERT_RAISED, words, alert.severity, alert.message, **_about(alert))
            self._tell("alert.raised", alert)

    async def _advise(self, alerts: list[Alert], limit_s: float = remedies.LIMIT_S) -> None:
        """Write the remedies, or remember to; an alert is told without rather than late."""
        if not await remedies.write(alerts, limit_s):
            self._unadvised += [alert.id for alert in alerts]

    async def advise_again(self) -> None:
        """Write the remedies that could not be written when their alerts were raised."""
        if not self._unadvised:
            return
        ids, self._unadvised = self._unadvised[:CHUNK], self._unadvised[CHUNK:]
        alerts = [alert for alert_id in ids if (alert := self.get(alert_id)) is not None]
        await self._advise(alerts, remedies.AGAIN_LIMIT_S)
        self.store.save(*alerts)
        for alert in alerts:
            self._tell("alert.updated", alert)

    async def _update(self, change: Update) -> None:
        if (alert := self.get(change.alert.id)) is None:
            return
        alert.severity, alert.title = change.finding.severity, sanitize(change.finding.title)
        alert.message = sanitize(change.finding.message)
        alert.metadata = {k: sanitize(v) for k, v in change.finding.metadata.items()}
        alert.status = change.alert.status
        if listed := [limit_evidence(listed) for listed in change.finding.evidence]:
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
        duration = format_duration(alert.resolved_at - alert.first_seen)
        alert.resolution = f"{sanitize(change.reason)}; lasted {duration}"
        if alert.status != "dismissed":
            alert.status = "resolved"
        self.store.save(alert)
        words = "alert resolved: %s: %s"
        _say(
            logging.INFO, Event.ALERT_RESOLVED, words, alert.title, alert.resolution,
            **_about(alert),
        )  # fmt: skip
        self._tell("alert.resolved", alert)

    def _tell(self, event: str, alert: Alert) -> None:
        self.publisher.publish(event, dict(alert.to_reply()))
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
            alert.message = sanitize(seen.message) if seen.message else alert.message
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


def _about(alert: Alert) -> dict[str, str]:
    """The fields of its entries in the journal."""
    return {"alert_id": alert.id, "alert_type": alert.type, "alert_severity": alert.severity}
