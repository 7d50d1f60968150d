"""The history's table in SQLite: rows, each with its seal; knows nothing of plans.

Every change is one transaction.  A row is sealed with the values that are written, never with
what was read back: nothing in the file can make this program seal something else.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cortex_cli.install import seal
from cortex_cli.install.history_entry import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cortex_cli.processes import Process

BUSY_TIMEOUT_S = 10.0
NAMES = FIELDS.split(", ")

MIGRATIONS = (
    """
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL, request TEXT NOT NULL, plan TEXT NOT NULL, undoes INTEGER,
        who TEXT NOT NULL, state TEXT NOT NULL, began REAL NOT NULL, ended REAL,
        before TEXT NOT NULL, after TEXT, output TEXT NOT NULL DEFAULT '',
        failed_command INTEGER, exit_status INTEGER, pid INTEGER, pid_started INTEGER
    )
    """,
    "ALTER TABLE entry ADD COLUMN seal TEXT NOT NULL DEFAULT ''",
)


class Table:
    """The rows of one history; every method may raise ``sqlite3.Error``."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._key = key
        self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            self._migrate()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version >= len(MIGRATIONS):
            return
        with self._transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            for statement in MIGRATIONS[version:]:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def select(self, clause: str, values: Sequence[int]) -> list[tuple[list[Any], bool]]:
        """Return rows of ``FIELDS``, each with whether its seal fits."""
        query = f"SELECT {FIELDS}, seal FROM entry {clause}"  # noqa: S608 - constants
        rows = self._db.execute(query, values).fetchall()
        return [(row, seal.fits(self._key, row, stored_seal)) for *row, stored_seal in rows]

    def list_running(self) -> list[tuple[int, int, int]]:
        """Return number, process and its start of the entries that are running."""
        query = "SELECT id, pid, pid_started FROM entry WHERE state = 'running'"
        return self._db.execute(query).fetchall()

    def insert(self, values: Mapping[str, Any], process: Process | None) -> int:
        """Add a row, and return its number; fields that are not given are empty."""
        owner = {"pid": process.pid, "pid_started": process.started} if process else {}
        columns = {**values, **owner}
        marks = ", ".join("?" * len(columns))
        with self._transaction():
            cursor = self._db.execute(
                f"INSERT INTO entry ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                [*columns.values()],
            )
            number = cursor.lastrowid or 0
            row = {"id": number, **values}
            fresh = seal.sign(self._key, [row.get(name) for name in NAMES])
            self._db.execute("UPDATE entry SET seal = ? WHERE id = ?", [fresh, number])
        return number

    def update(self, number: int, changes: Mapping[str, Any]) -> None:
        """Change a running row; one whose seal did not fit is left without one."""
        with self._transaction():
            for row, sealed in self.select("WHERE id = ? AND state = 'running'", [number]):
                values = {**dict(zip(NAMES, row, strict=True)), **changes}
                fresh = seal.sign(self._key, [*values.values()]) if sealed else ""
                columns = ", ".join(f"{name} = ?" for name in changes)
                self._db.execute(
                    f"UPDATE entry SET {columns}, seal = ? WHERE id = ?",  # noqa: S608
                    [*changes.values(), fresh, number],
                )

    def drop_dry_runs(self, keep: int) -> None:
        """Delete all but the newest ``keep`` dry runs."""
        self._db.execute(
            "DELETE FROM entry WHERE state = 'dry run' AND id <= ("
            " SELECT id FROM entry WHERE state = 'dry run' ORDER BY id DESC LIMIT 1 OFFSET ?)",
            [keep],
        )
