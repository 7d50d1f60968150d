"""When a condition becomes an alert, and when it stops being one.  Pure: no clock, no I/O.

    finding ──hold_s──▶ raised ──severity, title──▶ updated ──CLEAR_S without──▶ resolved

One alert per key for as long as the condition lasts.  A dismissed alert stays quiet until
its condition has ended, or has become worse than it was; an acknowledged one that becomes
worse is active again.  Durations are counted on a clock that stops while the machine is
suspended, so that waking up raises nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from cortexd.alert import RANK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortexd.alert import Finding, Judgement
    from cortexd.api.messages import AlertStatus, Severity

# A condition must have been absent this long before its alert is resolved.
CLEAR_S = 10.0


class OpenAlert(Struct):
    """What is kept in memory of an alert whose condition lasts."""

    id: str
    key: str
    source: str
    severity: Severity
    status: AlertStatus
    title: str
    occurrences: int = 1
    last_seen: float = 0.0  # Unix seconds
    message: str | None = None  # None: as it was stored
    changed: bool = False  # since it was last written
    clearing_since: float | None = None


class Raise(Struct, frozen=True):
    """A condition has lasted long enough for an alert."""

    finding: Finding


class Update(Struct, frozen=True):
    """An open alert has become worse, better or different."""

    alert: OpenAlert
    finding: Finding
    reopened: bool


class Resolve(Struct, frozen=True):
    """An open alert's condition has ended."""

    alert: OpenAlert
    reason: str


Change = Raise | Update | Resolve


class Lifecycle:
    """The open alerts, and the conditions that have not lasted long enough yet."""

    def __init__(self, alerts: Iterable[OpenAlert] = ()) -> None:
        self.open: dict[str, OpenAlert] = {alert.key: alert for alert in alerts}
        self._pending: dict[str, dict[str, float]] = {}  # source -> key -> since

    @property
    def is_pending(self) -> bool:
        """Whether time alone may raise or resolve any alert."""
        return any(self._pending.values()) or any(
            alert.clearing_since is not None for alert in self.open.values()
        )

    def is_waiting(self, source: str) -> bool:
        """Whether time alone may raise or resolve an alert of this source."""
        return bool(self._pending.get(source)) or any(
            alert.clearing_since is not None and alert.source == source
            for alert in self.open.values()
        )

    def severities(self, source: str) -> dict[str, Severity]:
        """The severity of each open alert of one source, by key: for its rule's hysteresis."""
        return {key: alert.severity for key, alert in self.open.items() if alert.source == source}

    def step(self, source: str, judgement: Judgement, now: float, wall: float) -> list[Change]:
        """The changes that a source's judgement makes.

        ``now`` is in seconds of the steady clock, ``wall`` in Unix seconds.
        """
        changes: list[Change] = []
        findings = {finding.key: finding for finding in judgement.findings}
        was_pending = self._pending.get(source, {})
        pending: dict[str, float] = {}
        for key, finding in findings.items():
            if (alert := self.open.get(key)) is not None:
                if change := self._observe(alert, finding, wall):
                    changes.append(change)
                continue
            since = was_pending.get(key, now)
            if now - since >= finding.hold_s:
                changes.append(Raise(finding))
            else:
                pending[key] = since
        self._pending[source] = pending
        for key, alert in list(self.open.items()):
            if alert.source == source and key not in findings:
                if alert.clearing_since is None:
                    alert.clearing_since = now
                gone = key not in judgement.normal
                if gone or now - alert.clearing_since >= CLEAR_S:
                    reason = "no longer present" if gone else judgement.normal[key]
                    changes.append(self.close(alert, reason))
        return changes

    def add(self, alert: OpenAlert) -> None:
        """Add an alert that was raised and stored."""
        self.open[alert.key] = alert

    def close(self, alert: OpenAlert, reason: str) -> Resolve:
        """Remove an alert, whatever its condition."""
        self.open.pop(alert.key, None)
        return Resolve(alert, reason)

    def forget_source(self, source: str, reason: str) -> list[Change]:
        """Remove the alerts of a source that is no longer read."""
        self._pending.pop(source, None)
        alerts = [alert for alert in self.open.values() if alert.source == source]
        return [self.close(alert, reason) for alert in alerts]

    def find(self, alert_id: str) -> OpenAlert | None:
        """The open alert with this id."""
        return next((alert for alert in self.open.values() if alert.id == alert_id), None)

    @staticmethod
    def _observe(alert: OpenAlert, finding: Finding, wall: float) -> Update | None:
        alert.clearing_since = None
        alert.occurrences = alert.occurrences + 1 if finding.total is None else finding.total
        alert.last_seen = wall
        alert.message = finding.message
        alert.changed = True
        worse = RANK[finding.severity] > RANK[alert.severity]
        if finding.severity == alert.severity and finding.title == alert.title:
            return None
        alert.severity, alert.title = finding.severity, finding.title
        reopened = worse and alert.status in ("acknowledged", "dismissed")
        if reopened:
            alert.status = "active"
        return Update(alert, finding, reopened)
