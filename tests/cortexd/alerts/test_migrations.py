from __future__ import annotations

import sqlite3
from contextlib import closing

from cortexd.alerts.database import migrate
from cortexd.alerts.migrations import MIGRATIONS


def test_every_step_leads_from_the_one_before() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        for applied in range(len(MIGRATIONS)):
            assert db.execute("PRAGMA user_version").fetchone() == (applied,)
            for statement in MIGRATIONS[applied].split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {applied + 1}")
        migrate(db)  # nothing is left to do
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert {"alerts", "samples", "facts", "outbox"} <= tables


def test_a_step_that_fails_leaves_what_was() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("CREATE TABLE outbox (x)")  # in the way of the third step
        try:
            migrate(db)
        except sqlite3.OperationalError:
            pass
        else:
            raise AssertionError
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
