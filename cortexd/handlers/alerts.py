"""alerts, alerts.watch, alerts.acknowledge, alerts.dismiss."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING, Any

from cortexd import events
from cortexd.access import Level
from cortexd.alert import RANK
from cortexd.api.errors import NotFound, quote
from cortexd.events import Event
from cortexd.evidence import disk, journal

if TYPE_CHECKING:
    from cortexd.api.alert_params import (
        AcknowledgeParams,
        AlertsParams,
        DismissParams,
        WatchParams,
    )
    from cortexd.api.messages import AcknowledgeReply, AlertsReply, DismissReply, WatchReply
    from cortexd.context import Caller, Context

_log = logging.getLogger(__name__)

# Evidence that not every local user could gather: the daemon may read more than they may.
PRIVATE = frozenset({journal.TITLE, disk.FOLDERS, disk.MANY, disk.DELETED})
WITHHELD = "(visible to administrators only)"


def alerts(ctx: Context, params: AlertsParams, caller: Caller) -> AlertsReply:
    """List alerts, newest first."""
    book = ctx.monitor.book
    trusted = ctx.level_of(caller.peer) >= Level.ADMIN
    matches, total = book.store.find(params)
    if params.id is not None and not matches:
        raise NotFound(f"no alert has the id {quote(params.id)}")
    return {
        "alerts": [_redact(book.refresh(alert).to_reply(), trusted) for alert in matches],
        "count": len(matches),
        "total": total,
        "total_active": ctx.count_active_alerts(),
    }


async def watch(ctx: Context, params: WatchParams, caller: Caller) -> WatchReply:
    """Send alert.raised, alert.updated and alert.resolved as they happen."""
    least = RANK[params.min_severity] if params.min_severity else 0

    def wanted(alert: dict[str, Any]) -> bool:
        severity = alert["severity"]
        return RANK[severity] >= least and params.severity in (None, severity)

    events = 0
    trusted = ctx.level_of(caller.peer) >= Level.ADMIN
    account = ctx.budgets.account(caller.peer.uid)
    with (
        account.hold_subscription(),
        closing(ctx.monitor.book.publisher.subscribe(wanted)) as subscription,
    ):
        caller.emit("alerts.watching", {"total_active": ctx.count_active_alerts()})
        async for name, data in subscription:
            caller.emit(name, _redact(data, trusted))
            events += 1
            await caller.drain()
    return {"events": events}


async def acknowledge(ctx: Context, params: AcknowledgeParams, caller: Caller) -> AcknowledgeReply:
    """Mark one alert, or all active ones, as seen."""
    book = ctx.monitor.book
    if (alert_id := params.chosen) is None:
        count = await book.acknowledge(book.store.find_ids(["active"]))
        _log_action(Event.ALERT_ACKNOWLEDGED, f"{count} alerts", caller)
        return {"acknowledged_count": count}
    _require_alert(ctx, alert_id)
    count = await book.acknowledge([alert_id])
    if count:
        _log_action(Event.ALERT_ACKNOWLEDGED, f"the alert {alert_id}", caller, alert_id=alert_id)
    return {"acknowledged": alert_id, "uuid": alert_id, "acknowledged_count": count}


async def dismiss(ctx: Context, params: DismissParams, caller: Caller) -> DismissReply:
    """Hide one alert, or all that are active or acknowledged."""
    book = ctx.monitor.book
    if (alert_id := params.chosen) is None:
        count = await book.dismiss(book.store.find_ids(["active", "acknowledged"]))
        _log_action(Event.ALERT_DISMISSED, f"{count} alerts", caller)
        return {"dismissed_count": count}
    _require_alert(ctx, alert_id)
    count = await book.dismiss([alert_id])
    if count:
        _log_action(Event.ALERT_DISMISSED, f"the alert {alert_id}", caller, alert_id=alert_id)
    return {"dismissed": alert_id, "uuid": alert_id, "dismissed_count": count}


def _redact(alert: Any, trusted: bool) -> Any:
    """Remove what the caller could not read by itself: logs, and names of others' files.

    The analysis goes too, because it was made from all of it.
    """
    if trusted or not (withheld := PRIVATE & {item["title"] for item in alert.get("evidence", ())}):
        return alert
    redacted = {name: value for name, value in alert.items() if name != "analysis"}
    redacted["evidence"] = [
        {"title": item["title"], "lines": [WITHHELD]} if item["title"] in withheld else item
        for item in alert["evidence"]
    ]
    return redacted


def _log_action(event: Event, what: str, caller: Caller, **fields: str) -> None:
    action = event.name.lower().removeprefix("alert_")
    uid = caller.peer.uid
    events.log(_log, logging.INFO, event, "%s %s by user %d", what, action, uid, uid=uid, **fields)


def _require_alert(ctx: Context, alert_id: str) -> None:
    if ctx.monitor.book.store.get(alert_id) is None:
        raise NotFound(f"no alert has the id {quote(alert_id)}")
