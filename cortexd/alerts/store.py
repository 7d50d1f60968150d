"""Alerts, samples and the outbox in SQLite, as the monitor and the handlers use them.

Invariants:

- an alert given to ``save`` is found by ``get`` and ``find`` from then on, written or not;
- no method fails because the disk is full: alerts that cannot be written wait in memory, at
  most ``MAX_UNSAVED`` of them, until ``retry`` can write them;
- ``problem`` says in a sentence what is wrong, None while nothing is.

Every call is short and runs on the event loop; queries are bounded by their limit.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any

from cortexd.alerts.database import Opened, is_damage, is_temporary, move_aside, open_database
from cortexd.alerts.lifecycle import OpenAlert
from cortexd.alerts.rows import COLUMNS, SAVE, build_where, from_row, matches, to_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from cortexd.alert import Alert
    from cortexd.api.alert_params import AlertsParams

# Alerts that wait in memory while the disk is full; about 2 kB each.
MAX_UNSAVED = 1000
# Messages to the webhook that may wait; the oldest are dropped.
MAX_OUTBOX = 10_000


class Store:
    """One database, owned by this process."""

    def __init__(self, path: Path) -> None:
        """Open or create it.

        Raises:
            ConfigError: a later version of the program has written it.
        """
        self.path = path
        self.problem: str | None = None
        self.moved: Path | None = None
        self.unsaved: dict[str, Alert] = {}
        self.in_memory = False
        self._counts: dict[tuple[str, str], int] | None = None
        self._db: sqlite3.Connection
        self._lock: int | None = None
        self._adopt(open_database(path))

    def close(self) -> None:
        """Write what is unsaved, fold the log into the file and release the lock."""
        self.retry()
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # Alerts

    def save(self, *alerts: Alert) -> bool:
        """Write alerts as they are now, in one transaction; False if they wait in memory."""
        self._counts = None
        if self._write(lambda db: db.executemany(SAVE, [to_row(alert) for alert in alerts])):
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
            if (unsaved := self.unsaved.get(alert.id)) is not None:
                _overlay(unsaved, alert)
            rows.append((alert.occurrences, alert.last_seen, alert.message, alert.id))
        sql = "UPDATE alerts SET occurrences=?, last_seen=?, message=ifnull(?, message) WHERE id=?"
        if rows:
            self._write(lambda db: db.executemany(sql, rows))

    def get(self, alert_id: str) -> Alert | None:
        """The alert with this id."""
        if (unsaved := self.unsaved.get(alert_id)) is not None:
            return unsaved
        rows = self._read(f"SELECT {COLUMNS} FROM alerts WHERE id = ?", (alert_id,))  # noqa: S608
        return from_row(rows[0]) if rows else None

    def find(self, filters: AlertsParams) -> tuple[list[Alert], int]:
        """A page of the alerts that match, the newest first, and how many match in all."""
        where, values = build_where(filters, list(self.unsaved))
        unsaved = [alert for alert in self.unsaved.values() if matches(alert, filters)]
        total = len(unsaved) + self._read(f"SELECT count(*) FROM alerts{where}", values)[0][0]  # noqa: S608
        reach = filters.offset + filters.limit if unsaved else filters.limit
        skip = 0 if unsaved else filters.offset
        rows = self._read(
            f"SELECT {COLUMNS} FROM alerts{where} ORDER BY first_seen DESC LIMIT ? OFFSET ?",  # noqa: S608
            (*values, reach, skip),
        )
        alerts = [from_row(row) for row in rows]
        if unsaved:
            alerts = sorted([*alerts, *unsaved], key=lambda alert: -alert.first_seen)
            alerts = alerts[filters.offset : filters.offset + filters.limit]
        return alerts, total

    def count_by_status(self) -> dict[tuple[str, str], int]:
        """How many alerts there are of each pair of status and severity."""
        if self._counts is None:
            sql = "SELECT status, severity, count(*) FROM alerts GROUP BY 1, 2"
            counts = {(row[0], row[1]): row[2] for row in self._read(sql)}
            for alert in self.unsaved.values():
                pair = alert.status, alert.severity
                counts[pair] = counts.get(pair, 0) + 1
            self._counts = counts
        return self._counts

    def find_open_alerts(self) -> list[OpenAlert]:
        """The alerts whose condition lasts, as they were last written."""
        rows = self._read(
            "SELECT id, key, source, severity, status, title, occurrences, last_seen"
            " FROM alerts WHERE open"
        )
        return [OpenAlert(*row) for row in rows]

    def find_ids(self, statuses: Sequence[str]) -> list[str]:
        """The ids of all alerts with one of these statuses."""
        placeholders = ",".join("?" * len(statuses))
        rows = self._read(f"SELECT id FROM alerts WHERE status IN ({placeholders})", statuses)  # noqa: S608
        unsaved = [alert.id for alert in self.unsaved.values() if alert.status in statuses]
        return list(dict.fromkeys([*(row[0] for row in rows), *unsaved]))

    def delete_before(self, before: float) -> None:
        """Delete the alerts that ended before this time, in Unix seconds."""
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
        """Write one value of each series; ``minute`` counts from the epoch."""
        rows = [(series, minute, value) for series, value in values.items()]
        self._write(
            lambda db: db.executemany("INSERT OR REPLACE INTO samples VALUES (?,?,?)", rows)
        )

    def read_samples(self, series: str, since_minute: int) -> list[tuple[int, float]]:
        """Minutes and values of one series, in order."""
        sql = "SELECT minute, value FROM samples WHERE series = ? AND minute >= ? ORDER BY minute"
        return [(row[0], row[1]) for row in self._read(sql, (series, since_minute))]

    def read_all_samples(self, since_minute: int) -> dict[str, list[tuple[int, float]]]:
        """Minutes and values of every series, in order."""
        sql = "SELECT series, minute, value FROM samples WHERE minute >= ? ORDER BY minute"
        series_by_name: dict[str, list[tuple[int, float]]] = {}
        for series, minute, value in self._read(sql, (since_minute,)):
            series_by_name.setdefault(series, []).append((minute, value))
        return series_by_name

    def delete_samples(self, before: int, after: int) -> None:
        """Delete the samples before one minute and, left by a wrong clock, after another."""
        self._write(
            lambda db: db.execute(
                "DELETE FROM samples WHERE minute < ? OR minute > ?", (before, after)
            )
        )

    # The webhook's outbox

    def queue_message(self, body: str, now: float) -> bool:
        """Append a message to the outbox; False if it could not be written."""
        return self._write(
            lambda db: (
                db.execute("INSERT INTO outbox (body, next_at) VALUES (?, ?)", (body, now)),
                db.execute(
                    "DELETE FROM outbox WHERE number <= (SELECT max(number) FROM outbox) - ?",
                    (MAX_OUTBOX,),
                ),
            )
        )

    def peek_message(self) -> tuple[int, str, int, float] | None:
        """The oldest message: number, body, attempts so far, when it is due (Unix seconds)."""
        rows = self._read(
            "SELECT number, body, attempts, next_at FROM outbox ORDER BY number LIMIT 1"
        )
        return rows[0] if rows else None

    def count_messages(self) -> int:
        """How many messages wait in the outbox."""
        size: int = self._read("SELECT count(*) FROM outbox")[0][0]
        return size

    def delete_message(self, number: int) -> None:
        """Remove a message that was delivered or discarded."""
        self._write(lambda db: db.execute("DELETE FROM outbox WHERE number = ?", (number,)))

    def postpone(self, number: int, until: float) -> None:
        """Keep a message that was not delivered until then, in Unix seconds."""
        self._write(
            lambda db: db.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE number = ?",
                (until, number),
            )
        )

    # Failures

    def retry(self) -> bool:
        """Try to write what waits in memory; True if nothing is wrong any more."""
        if self.in_memory:
            self._leave_memory()
        elif (self.problem is not None or self.unsaved) and self._write(
            lambda db: db.executemany(SAVE, [to_row(alert) for alert in self.unsaved.values()])
        ):
            self.unsaved.clear()
            self._counts = None
        return self.problem is None

    def _leave_memory(self) -> None:
        opened = open_database(self.path)
        if opened.problem is not None:
            opened.db.close()
            self.problem = opened.problem
            return
        old = self._db
        rows = old.execute(f"SELECT {COLUMNS} FROM alerts").fetchall()  # noqa: S608
        self._adopt(opened)
        if self._write(lambda db: db.executemany(SAVE, rows)):
            old.close()
            return
        opened.db.close()  # the disk is still full: stay in memory
        if opened.lock is not None:
            os.close(opened.lock)
        self._db, self._lock, self.in_memory = old, None, True

    def _adopt(self, opened: Opened) -> None:
        self._db, self._lock = opened.db, opened.lock
        self.in_memory = opened.problem is not None
        self.problem = opened.problem
        self.moved = opened.moved or self.moved
        self._counts = None

    def _write(self, action: Callable[[sqlite3.Connection], Any]) -> bool:
        """Run ``action`` in a transaction; False, with ``problem`` set, if it failed."""
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
            self._handle_error(error)
            return False
        if not self.in_memory:
            self.problem = None
        return True

    def _read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        try:
            return list(self._db.execute(sql, values))
        except sqlite3.Error as error:
            self._handle_error(error)
            return list(self._db.execute(sql, values))

    def _handle_error(self, error: sqlite3.Error) -> None:
        if is_damage(error) and not self.in_memory:
            self._db.close()
            if self._lock is not None:
                os.close(self._lock)
            self.moved = move_aside(self.path)
            self._adopt(open_database(self.path))
        elif is_temporary(error):
            self.problem = f"cannot write {self.path}: {error}"
        else:
            raise error


def _overlay(alert: Alert, current: OpenAlert) -> None:
    """Bring an unsaved alert up to what the monitor has seen since."""
    alert.occurrences, alert.last_seen = current.occurrences, current.last_seen or alert.last_seen
    alert.message = current.message or alert.message
