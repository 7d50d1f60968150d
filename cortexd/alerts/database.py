"""Opening the SQLite file: migrations, the owner's lock, and what happens to a bad file.

A damaged file, or one that another program has made (the original daemon's has the same name), is
moved aside, never deleted; one of a newer version is refused.  If another
daemon holds the file, or it cannot be opened now, a database in memory replaces it until it
can be.  Knows nothing of what the tables mean.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple

from cortexd.alerts.migrations import MIGRATIONS
from cortexd.api.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# SQLite's own page cache; the tables are small and the kernel caches the file anyway.
CACHE_KIB = 512
# Pages after which the write-ahead log is folded into the file, and what it may keep.
CHECKPOINT_PAGES = 250
JOURNAL_BYTES = 1024 * 1024
# Someone may be reading the file with sqlite3(1); such a lock is short.
BUSY_TIMEOUT_S = 1.0

_FULL = frozenset({"SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"})


class ForeignDatabase(sqlite3.DatabaseError):
    """The tables in the file are not this daemon's."""


class Opened(NamedTuple):
    """A connection; ``problem``: why it is in memory; ``moved``: where an unusable file went."""

    db: sqlite3.Connection
    lock: int | None = None
    problem: str | None = None
    moved: Path | None = None


def open_database(path: Path) -> Opened:
    """Open or create the database.

    Raises:
        ConfigError: a later version of the program has written it.
    """
    lock: int | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _lock(path)
        moved = None
        try:
            db = _connect(path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            foreign = isinstance(error, ForeignDatabase)
            moved = move_aside(path, "foreign" if foreign else "damaged")
            db = _connect(path)
        return Opened(db, lock, None, moved)
    except (OSError, sqlite3.Error) as error:
        if lock is not None:
            os.close(lock)
        reason = getattr(error, "strerror", None) or str(error)
        return Opened(open_memory_database(), None, f"cannot use {path}: {reason}")


def open_memory_database() -> sqlite3.Connection:
    """An empty database with the same schema, in memory."""
    db = sqlite3.connect(":memory:", isolation_level=None, cached_statements=32)
    migrate(db)
    return db


def is_damage(error: sqlite3.Error) -> bool:
    """Whether ``error`` says that the file is damaged, or not this daemon's."""
    if isinstance(error, ForeignDatabase):
        return True
    name = getattr(error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def is_temporary(error: sqlite3.Error) -> bool:
    """Whether ``error`` may go away by itself: no space, no permission, a lock."""
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return name in _FULL or name in ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_NOMEM")


def move_aside(path: Path, why: str = "damaged") -> Path:
    """Rename a database and its log; returns the new path, which says why."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    target = path.with_name(f"{path.name}.{why}-{stamp}")
    number = 0
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.{why}-{stamp}-{number}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(target.with_name(target.name + suffix))
    return target


def migrate(db: sqlite3.Connection) -> None:
    """Apply the migrations that ``db`` lacks, each in its own transaction."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    for number, step in enumerate(MIGRATIONS[version:], start=version + 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            for statement in step.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise


def _lock(path: Path) -> int:
    """Lock a file beside the database for as long as the daemon runs."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise OSError(error.errno, "another cortexd is using it") from error
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=32)
    try:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise ConfigError(
                f"the database {path} has schema {version}; this cortexd supports schemas up to "
                f"{len(MIGRATIONS)}",
                hint="run the newer cortexd, or set alerts.db_path to another file",
            )
        if version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise ForeignDatabase(f"the tables in {path} are not this daemon's")
        db.execute("PRAGMA journal_mode = WAL")
        # The page cache survives a killed daemon; only a power cut can lose the last moments.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
        check = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if check != "ok":
            damage = sqlite3.DatabaseError(check)
            damage.sqlite_errorname = "SQLITE_CORRUPT"
            raise damage
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db
