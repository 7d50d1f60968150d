"""How an alert is a row of the database, and how a filter is its SQL.  Pure: no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cortexd.alert import CATEGORIES, RANK, Alert

if TYPE_CHECKING:
    from cortexd.api.alert_params import AlertsParams

COLUMNS = (
    "id, key, kind, source, type, severity, status, open, first_seen, last_seen, resolved_at,"
    " resolution, occurrences, title, message, body"
)
SAVE = f"INSERT OR REPLACE INTO alerts ({COLUMNS}) VALUES ({','.join('?' * 16)})"  # noqa: S608
# Filters that name a column's value.
_EXACT = ("severity", "type", "source", "status", "id")
# What the column ``body`` holds, as JSON.
_BODY = ("metadata", "evidence", "remedy", "analysis")


def to_row(alert: Alert) -> tuple[Any, ...]:
    """The values of ``COLUMNS``."""
    body = msgspec.json.encode({name: getattr(alert, name) for name in _BODY}).decode()
    return (
        alert.id, alert.key, alert.kind, alert.source, alert.type, alert.severity, alert.status,
        alert.open, alert.first_seen, alert.last_seen, alert.resolved_at, alert.resolution,
        alert.occurrences, alert.title, alert.message, body,
    )  # fmt: skip


def from_row(row: tuple[Any, ...]) -> Alert:
    """The alert that ``to_row`` made a row of."""
    names = COLUMNS.replace(" ", "").split(",")[:-1]
    values = dict(zip(names, row, strict=False))
    values["open"] = bool(values["open"])
    return Alert(**values, **msgspec.json.decode(row[-1]))


def build_where(filters: AlertsParams, excluded: list[str]) -> tuple[str, list[Any]]:
    """The WHERE clause of a filter, without the ids in ``excluded``, and its values."""
    terms: list[str] = []
    values: list[Any] = []
    for name in _EXACT:
        if (value := getattr(filters, name)) is not None:
            terms.append(f"{name} = ?")
            values.append(value)
    if filters.min_severity is not None:
        severities = [name for name, rank in RANK.items() if rank >= RANK[filters.min_severity]]
        terms.append(f"severity IN ({','.join('?' * len(severities))})")
        values += severities
    if filters.category is not None:
        types = [name for name, category in CATEGORIES.items() if category == filters.category]
        terms.append(f"type IN ({','.join('?' * len(types))})")
        values += types
    if filters.hides_dismissed:
        terms.append("status != 'dismissed'")
    if excluded:
        terms.append(f"id NOT IN ({','.join('?' * len(excluded))})")
        values += excluded
    return (" WHERE " + " AND ".join(terms) if terms else ""), values


def matches(alert: Alert, filters: AlertsParams) -> bool:
    """Whether a filter selects an alert; agrees with ``build_where``."""
    exact = all(getattr(filters, name) in (None, getattr(alert, name)) for name in _EXACT)
    return (
        exact
        and (filters.min_severity is None or RANK[alert.severity] >= RANK[filters.min_severity])
        and filters.category in (None, CATEGORIES[alert.type])
        and not (filters.hides_dismissed and alert.status == "dismissed")
    )
