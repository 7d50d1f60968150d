"""Alerts, samples and the outbox in SQLite, as the monitor and the handlers use them.

Invariants:

- what ``save`` was given is found by ``get`` and ``find`` from then on, written or not;
- no method fails for want of space: what cannot be written waits in memory, at most
  ``MAX_UNSAVED`` alerts, and ``retry`` writes it once the disk takes it;
- ``trouble`` says in a sentence what is wrong, None while all is well.

Every call is short and runs on the event loop; queries are bounded by their limit.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

import msgspec

from cortexd.alert import RANK, Alert
from cortexd.alerts.database import Opened, is_damage, is_passing, move_aside, open_database
from cortexd.alerts.lifecycle import OpenAlert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cortexd.api.messages import AlertsParams

# Alerts that wait in memory while the disk is full; about 2 KB each.
MAX_UNSAVED = 1000
# Messages to the webhook that may wait; the oldest give way.
MAX_OUTBOX = 10_000

_COLUMNS = (
    "id, key, kind, source, type, severity, status, open, first_seen, last_seen, resolved_at,"
    " resolution, occurrences, title, message, body"
)
_SAVE = f"INSERT OR REPLACE INTO alerts ({_COLUMNS}) VALUES ({','.join('?' * 16)})"  # noqa: S608
_BODY = ("metadata", "evidence", "remedy", "analysis")


class Store:
    """One database, owned by this process."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            ConfigError: a later version of the program has written it.
        """
        self.path = path
        self.trouble: str | None = None
        self.moved: Path | None = None
        self.unsaved: dict[str, Alert] = {}
        self.in_memory = False
        self._counts: dict[tuple[str, str], int] | None = None
        self._db: sqlite3.Connection
        self._lock: int | None = None
        self._take(open_database(path))

    def close(self) -> None:
        """Write what waits, fold the log into the file and give up the lock."""
        self.retry()
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # Alerts

    def save(self, *alerts: Alert) -> bool:
        """Write alerts as they are now, together; False while that must wait."""
        self._counts = None
        if self._write(lambda db: db.executemany(_SAVE, [_row(alert) for alert in alerts])):
            for alert in alerts:
                self.unsaved.pop(alert.id, None)
            return True
        self.unsaved |= {alert.id: alert for alert in alerts}
        while len(self.unsaved) > MAX_UNSAVED:
            closed = (key for key, kept in self.unsaved.items() if not kept.open)
            del self.unsaved[next(closed, next(iter(self.unsaved)))]
        return False

    def touch(self, alerts: Iterable[OpenAlert]) -> None:
        """Write how often and when open alerts were last seen."""
        rows = []
        for alert in alerts:
            if (waiting := self.unsaved.get(alert.id)) is not None:
                _overlay(waiting, alert)
            rows.append((alert.occurrences, alert.last_seen, alert.message, alert.id))
        sql = "UPDATE alerts SET occurrences=?, last_seen=?, message=ifnull(?, message) WHERE id=?"
        if rows:
            self._write(lambda db: db.executemany(sql, rows))

    def get(self, alert_id: str) -> Alert | None:
        """The alert with this id."""
        if (waiting := self.unsaved.get(alert_id)) is not None:
            return waiting
        rows = self._read(f"SELECT {_COLUMNS} FROM alerts WHERE id = ?", (alert_id,))  # noqa: S608
        return _alert(rows[0]) if rows else None

    def find(self, wanted: AlertsParams) -> tuple[list[Alert], int]:
        """The alerts that match, the newest first, a page of them, and how many there are."""
        where, values = _where(wanted, list(self.unsaved))
        waiting = [alert for alert in self.unsaved.values() if _matches(alert, wanted)]
        total = len(waiting) + self._read(f"SELECT count(*) FROM alerts{where}", values)[0][0]  # noqa: S608
        reach = wanted.offset + wanted.limit if waiting else wanted.limit
        skip = 0 if waiting else wanted.offset
        rows = self._read(
            f"SELECT {_COLUMNS} FROM alerts{where} ORDER BY first_seen DESC LIMIT ? OFFSET ?",  # noqa: S608
            (*values, reach, skip),
        )
        alerts = [_alert(row) for row in rows]
        if waiting:
            alerts = sorted([*alerts, *waiting], key=lambda alert: -alert.first_seen)
            alerts = alerts[wanted.offset : wanted.offset + wanted.limit]
        return alerts, total

    def counts(self) -> dict[tuple[str, str], int]:
        """How many alerts there are of each status and severity."""
        if self._counts is None:
            sql = "SELECT status, severity, count(*) FROM alerts GROUP BY 1, 2"
            counts = {(row[0], row[1]): row[2] for row in self._read(sql)}
            for alert in self.unsaved.values():
                place = alert.status, alert.severity
                counts[place] = counts.get(place, 0) + 1
            self._counts = counts
        return self._counts

    def open_alerts(self) -> list[OpenAlert]:
        """What the last daemon left open."""
        rows = self._read(
            "SELECT id, key, source, severity, status, title, occurrences, last_seen"
            " FROM alerts WHERE open"
        )
        return [OpenAlert(*row) for row in rows]

    def ids(self, statuses: Sequence[str]) -> list[str]:
        """The ids of every alert in one of these states."""
        marks = ",".join("?" * len(statuses))
        rows = self._read(f"SELECT id FROM alerts WHERE status IN ({marks})", statuses)  # noqa: S608
        waiting = [alert.id for alert in self.unsaved.values() if alert.status in statuses]
        return list(dict.fromkeys([*(row[0] for row in rows), *waiting]))

    def retain(self, before: float) -> None:
        """Forget what ended before this time, and samples as old."""
        self._counts = None
        self._write(
            lambda db: (
                db.execute(
                    "DELETE FROM alerts WHERE NOT open AND ifnull(resolved_at, last_seen) < ?",
                    (before,),
                ),
            )
        )

    # Samples

    def add_samples(self, minute: int, values: dict[str, float]) -> None:
        """Keep one value of each series for a minute since the epoch."""
        rows = [(series, minute, value) for series, value in values.items()]
        self._write(
            lambda db: db.executemany("INSERT OR REPLACE INTO samples VALUES (?,?,?)", rows)
        )

    def samples(self, series: str, since_minute: int) -> list[tuple[int, float]]:
        """Minutes and values of one series, in order."""
        sql = "SELECT minute, value FROM samples WHERE series = ? AND minute >= ? ORDER BY minute"
        return [(row[0], row[1]) for row in self._read(sql, (series, since_minute))]

    def all_samples(self, since_minute: int) -> dict[str, list[tuple[int, float]]]:
        """Minutes and values of every series, in order."""
        sql = "SELECT series, minute, value FROM samples WHERE minute >= ? ORDER BY minute"
        found: dict[str, list[tuple[int, float]]] = {}
        for series, minute, value in self._read(sql, (since_minute,)):
            found.setdefault(series, []).append((minute, value))
        return found

    def drop_samples(self, before: int, after: int) -> None:
        """Forget samples older than a minute, and those from a future that never came."""
        self._write(
            lambda db: db.execute(
                "DELETE FROM samples WHERE minute < ? OR minute > ?", (before, after)
            )
        )

    # The webhook's outbox

    def post(self, body: str, now: float) -> bool:
        """Queue a message; whether it is written."""
        return self._write(
            lambda db: (
                db.execute("INSERT INTO outbox (body, next_at) VALUES (?, ?)", (body, now)),
                db.execute(
                    "DELETE FROM outbox WHERE number <= (SELECT max(number) FROM outbox) - ?",
                    (MAX_OUTBOX,),
                ),
            )
        )

    def next_message(self) -> tuple[int, str, int, float] | None:
        """The oldest message: number, body, attempts so far, when it is due."""
        rows = self._read(
            "SELECT number, body, attempts, next_at FROM outbox ORDER BY number LIMIT 1"
        )
        return rows[0] if rows else None

    def outbox_size(self) -> int:
        """How many messages wait."""
        size: int = self._read("SELECT count(*) FROM outbox")[0][0]
        return size

    def sent(self, number: int) -> None:
        """A message has arrived, or is given up."""
        self._write(lambda db: db.execute("DELETE FROM outbox WHERE number = ?", (number,)))

    def postpone(self, number: int, until: float) -> None:
        """A message did not arrive."""
        self._write(
            lambda db: db.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE number = ?",
                (until, number),
            )
        )

    # Trouble

    def retry(self) -> bool:
        """Try to write what waits in memory; whether all is well now."""
        if self.in_memory:
            self._leave_memory()
        elif (self.trouble is not None or self.unsaved) and self._write(
            lambda db: db.executemany(_SAVE, [_row(alert) for alert in self.unsaved.values()])
        ):
            self.unsaved.clear()
            self._counts = None
        return self.trouble is None

    def _leave_memory(self) -> None:
        opened = open_database(self.path)
        if opened.problem is not None:
            opened.db.close()
            self.trouble = opened.problem
            return
        old = self._db
        rows = old.execute(f"SELECT {_COLUMNS} FROM alerts").fetchall()  # noqa: S608
        self._take(opened)
        if self._write(lambda db: db.executemany(_SAVE, rows)):
            old.close()
            return
        opened.db.close()  # still no room: stay in memory
        if opened.lock is not None:
            os.close(opened.lock)
        self._db, self._lock, self.in_memory = old, None, True

    def _take(self, opened: Opened) -> None:
        self._db, self._lock = opened.db, opened.lock
        self.in_memory = opened.problem is not None
        self.trouble = opened.problem
        self.moved = opened.moved or self.moved
        self._counts = None

    def _write(self, action: Callable[[sqlite3.Connection], Any]) -> bool:
        """Run ``action`` in a transaction; False, with ``trouble`` set, if it cannot be."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                action(self._db)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            self._failed(error)
            return False
        if not self.in_memory:
            self.trouble = None
        return True

    def _read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return list(self._db.execute(sql, values))
        except sqlite3.Error as error:
            self._failed(error)
            return list(self._db.execute(sql, values))

    def _failed(self, error: sqlite3.Error) -> None:
        if is_damage(error) and not self.in_memory:
            self._db.close()
            if self._lock is not None:
                os.close(self._lock)
            self.moved = move_aside(self.path)
            self._take(open_database(self.path))
        elif is_passing(error):
            self.trouble = f"cannot write {self.path}: {error}"
        else:
            raise error


def _row(alert: Alert) -> tuple[Any, ...]:
    body = msgspec.json.encode({name: getattr(alert, name) for name in _BODY}).decode()
    return (
        alert.id, alert.key, alert.kind, alert.source, alert.type, alert.severity, alert.status,
        alert.open, alert.first_seen, alert.last_seen, alert.resolved_at, alert.resolution,
        alert.occurrences, alert.title, alert.message, body,
    )  # fmt: skip


def _alert(row: tuple[Any, ...]) -> Alert:
    names = _COLUMNS.replace(" ", "").split(",")[:-1]
    values = dict(zip(names, row, strict=False))
    values["open"] = bool(values["open"])
    return Alert(**values, **msgspec.json.decode(row[-1]))


def _overlay(alert: Alert, seen: OpenAlert) -> Alert:
    """Bring a stored alert up to what the monitor has seen since."""
    alert.occurrences, alert.last_seen = seen.occurrences, seen.last_seen or alert.last_seen
    alert.message = seen.message or alert.message
    return alert


def _where(wanted: AlertsParams, waiting: list[str]) -> tuple[str, list[Any]]:
    terms: list[str] = []
    values: list[Any] = []
    for name in ("severity", "type", "status", "id"):
        if (value := getattr(wanted, name)) is not None:
            terms.append(f"{name} = ?")
            values.append(value)
    if wanted.min_severity is not None:
        enough = [name for name, rank in RANK.items() if rank >= RANK[wanted.min_severity]]
        terms.append(f"severity IN ({','.join('?' * len(enough))})")
        values += enough
    if waiting:
        terms.append(f"id NOT IN ({','.join('?' * len(waiting))})")
        values += waiting
    return (" WHERE " + " AND ".join(terms) if terms else ""), values


def _matches(alert: Alert, wanted: AlertsParams) -> bool:
    exact = all(
        getattr(wanted, name) in (None, getattr(alert, name))
        for name in ("severity", "type", "status", "id")
    )
    return exact and (
        wanted.min_severity is None or RANK[alert.severity] >= RANK[wanted.min_severity]
    )
