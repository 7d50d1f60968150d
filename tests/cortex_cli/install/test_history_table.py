import sqlite3
from pathlib import Path

from cortex_cli.install.history_table import Table
from cortex_cli.processes import Process

KEY = b"k" * 32
VALUES = {
    "kind": "install", "request": "x", "plan": "{}", "who": "ada", "state": "running",
    "began": 1.5, "before": "{}", "output": "",
}  # fmt: skip


def seals(table: Table) -> list[bool]:
    return [sealed for _, sealed in table.select("ORDER BY id", [])]


def test_rows_are_sealed_and_stay_so(tmp_path: Path) -> None:
    table = Table(tmp_path / "h", KEY)
    number = table.insert(VALUES, Process(7, 8))
    assert table.list_running() == [(number, 7, 8)]
    table.update(number, {"state": "done", "ended": 2.5})
    assert seals(table) == [True]
    table.close()
    other = Table(tmp_path / "h", b"x" * 32)
    assert seals(other) == [False]
    other.close()


def test_a_row_of_somebody_else_never_gets_a_seal(tmp_path: Path) -> None:
    table = Table(tmp_path / "h", KEY)
    number = table.insert(VALUES, None)
    with sqlite3.connect(tmp_path / "h") as db:
        db.execute("UPDATE entry SET before = '[1]'")
    db.close()
    table.update(number, {"state": "broken off"})
    assert seals(table) == [False]
    table.close()


def test_a_trigger_in_the_file_seals_nothing(tmp_path: Path) -> None:
    table = Table(tmp_path / "h", KEY)
    with sqlite3.connect(tmp_path / "h") as db:
        db.execute(
            "CREATE TRIGGER t AFTER INSERT ON entry BEGIN"
            " UPDATE entry SET before = 'forged' WHERE id = NEW.id; END"
        )
    db.close()
    table.insert(VALUES, None)
    assert seals(table) == [False]
    table.close()


def test_rows_of_an_older_version_have_no_seal(tmp_path: Path) -> None:
    from cortex_cli.install.history_table import MIGRATIONS

    with sqlite3.connect(tmp_path / "h") as db:
        db.execute(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        columns = ", ".join(VALUES)
        marks = ", ".join("?" * len(VALUES))
        db.execute(f"INSERT INTO entry ({columns}) VALUES ({marks})", [*VALUES.values()])
    db.close()
    table = Table(tmp_path / "h", KEY)
    assert seals(table) == [False]
    table.close()
