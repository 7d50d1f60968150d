import sqlite3

from cortex_cli.index.schema import TABLES


def test_this_sqlite_takes_the_tables() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    db.close()
