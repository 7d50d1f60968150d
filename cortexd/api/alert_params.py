"""The parameters of the commands on alerts, for all generations of clients.

An alert is named by ``id``; clients of the original daemon say ``uuid`` or ``alert_id``.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from cortexd.api.messages import AlertCategory, AlertStatus, AlertType, Params, Severity

MAX_ALERTS_PER_REPLY = 1000

AlertId = Annotated[str, Meta(max_length=64)]


class AlertsParams(Params, frozen=True, kw_only=True):
    """Which alerts to list, newest first."""

    severity: Annotated[Severity | None, Meta(description="exactly this severity")] = None
    min_severity: Annotated[Severity | None, Meta(description="this severity or worse")] = None
    type: AlertType | None = None
    category: Annotated[AlertCategory | None, Meta(description="types of one area")] = None
    source: Annotated[
        Annotated[str, Meta(max_length=64)] | None, Meta(description="what was being read")
    ] = None
    status: AlertStatus | None = None
    include_dismissed: Annotated[
        bool, Meta(description="false leaves dismissed alerts out, unless status asks for them")
    ] = True
    id: Annotated[AlertId | None, Meta(description="one alert")] = None
    limit: Annotated[int, Meta(ge=1, le=MAX_ALERTS_PER_REPLY)] = 100
    offset: Annotated[int, Meta(ge=0, lt=2**31)] = 0

    @property
    def hides_dismissed(self) -> bool:
        """Whether dismissed alerts are left out."""
        return not self.include_dismissed and self.status is None


class WatchParams(Params, frozen=True, kw_only=True):
    """Which alerts to watch."""

    severity: Annotated[Severity | None, Meta(description="exactly this severity")] = None
    min_severity: Annotated[Severity | None, Meta(description="this severity or worse")] = None


class ChosenAlerts(Params, frozen=True, kw_only=True):
    """One alert, or several at once."""

    id: AlertId | None = None
    uuid: Annotated[AlertId | None, Meta(description="the same as id")] = None
    alert_id: Annotated[AlertId | None, Meta(description="the same as id")] = None
    all: bool = False

    def __post_init__(self) -> None:
        """Exactly one of the two forms, and one name for one alert."""
        if len({self.id, self.uuid, self.alert_id} - {None}) > 1:
            raise ValueError('"id", "uuid" and "alert_id" name different alerts')
        if (self.chosen is None) != self.all:
            raise ValueError('give either an "id" or "all": true')

    @property
    def chosen(self) -> str | None:
        """The alert that is named; None for all."""
        return next(
            (name for name in (self.id, self.uuid, self.alert_id) if name is not None), None
        )


class AcknowledgeParams(ChosenAlerts, frozen=True, kw_only=True):
    """One alert, or all that are active."""


class DismissParams(ChosenAlerts, frozen=True, kw_only=True):
    """One alert, or all that are active or acknowledged."""
