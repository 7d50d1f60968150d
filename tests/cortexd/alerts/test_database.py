from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cortexd.alerts.database import is_damage, move_aside, open_database
from cortexd.alerts.migrations import MIGRATIONS
from cortexd.api.errors import ConfigError


def test_a_new_one_is_made_with_the_whole_schema(tmp_path: Path) -> None:
    opened = open_database(tmp_path / "deep/er/a.db")
    with closing(opened.db):
        assert opened.problem is None
        assert opened.db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert opened.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_two_daemons_do_not_share_one(tmp_path: Path) -> None:
    first = open_database(tmp_path / "a.db")
    second = open_database(tmp_path / "a.db")
    assert second.problem is not None
    assert second.problem.endswith("another cortexd is using it")
    assert second.db.execute("SELECT count(*) FROM alerts").fetchone() == (0,)
    first.db.close()
    second.db.close()


def test_a_newer_one_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="supports schemas up to"):
        open_database(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_damage_is_moved_aside_never_deleted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    opened = open_database(path)
    with closing(opened.db):
        assert opened.problem is None
        assert opened.moved is not None
        assert opened.moved.read_bytes() == content


def test_another_programs_is_moved_aside_and_says_so(tmp_path: Path) -> None:
    """The original daemon kept its alerts in a table of the same name."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE alerts (uuid TEXT PRIMARY KEY, severity INTEGER NOT NULL)")
        db.execute("INSERT INTO alerts VALUES ('u1', 2)")
        db.commit()
    opened = open_database(path)
    with closing(opened.db):
        assert opened.problem is None
        assert opened.db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert opened.moved is not None
    assert ".foreign-" in opened.moved.name
    with closing(sqlite3.connect(opened.moved)) as db:
        assert db.execute("SELECT uuid FROM alerts").fetchall() == [("u1",)]


def test_moving_aside_twice_in_a_second(tmp_path: Path) -> None:
    targets = set()
    for _ in range(3):
        (tmp_path / "a.db").write_text("x")
        (tmp_path / "a.db-wal").write_text("y")
        target = move_aside(tmp_path / "a.db")
        assert target.with_name(target.name + "-wal").read_text() == "y"
        targets.add(target)
    assert len(targets) == 3


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    opened = open_database(tmp_path / "file/a.db")
    with closing(opened.db):
        assert opened.problem is not None
        assert opened.problem.startswith("cannot use")


def test_other_errors_are_not_damage() -> None:
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.Error) as caught:
        db.execute("SELECT * FROM nothing")
    assert not is_damage(caught.value)
