"""Keeps one index per set of sources: finds it, fresh or older, and makes it.

Looked for in ``CORTEX_CACHE_DIR`` if set, else in ``/var/cache/cortex`` (one for the machine,
written by root), then ``$XDG_CACHE_HOME/cortex`` or ``~/.cache/cortex``; where nothing can be
written the index lives in memory.  An index of somebody else's is only read when root owns it.
A build goes into a new file that replaces the old one whole, so a reader never sees half.
Where little has changed, the new file is a copy in which that alone is put right.  Who builds,
and who waits for it, is in background.py.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from cortex_cli import output

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    # done, of how many, a note
    Report = Callable[[int, int, str], None]

SYSTEM_CACHE = Path("/var/cache/cortex")
# A half-written file is never looked at: nothing need survive a crash.
QUICK = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
HALF = ".building-"


class Source(Protocol):
    """What an index is made of: packages.py, search.py."""

    KIND: ClassVar[str]
    TITLE: ClassVar[str]

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """The sources that are there now."""

    @property
    def empty(self) -> bool:
        """True where there is nothing to index."""

    @property
    def form(self) -> str:
        """An index of another form cannot be read."""

    def signature(self) -> str:
        """Changes whenever what is indexed does."""

    def file_name(self) -> str:
        """One name per set of sources."""

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database."""

    def refresh(self, db: sqlite3.Connection, signature: str, report: Report) -> bool:
        """Put right the copy of an index of ``signature``; False where it is better made anew."""


@dataclass(frozen=True, slots=True)
class Found:
    """An index that can be read, and what it was made of."""

    db: sqlite3.Connection
    path: Path | None
    signature: str


def folders(environ: Mapping[str, str]) -> list[Path]:
    """Where an index may be, best first."""
    if named := environ.get("CORTEX_CACHE_DIR"):
        return [Path(named)]
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or "~").expanduser() / ".cache"
    return [SYSTEM_CACHE, Path(home) / "cortex"]


def find(source: Source, environ: Mapping[str, str], signature: str) -> Found | None:
    """The index of ``signature``, or else the newest older one that can still be read."""
    older: list[Found] = []
    for folder in folders(environ):
        if found := _opened(folder / source.file_name(), source.form):
            if found.signature == signature:
                for each in older:
                    each.db.close()
                return found
            older.append(found)
    older.sort(key=_age)
    for each in older[:-1]:
        each.db.close()
    return older[-1] if older else None


def place(source: Source, environ: Mapping[str, str]) -> Path | None:
    """Where this user's index of ``source`` is made; None where nothing can be written."""
    for folder in folders(environ):
        if _can_write(folder):
            return folder / source.file_name()
    return None


def build_file(source: Source, path: Path, report: Report) -> None:
    """Make the index at ``path``, from the one that is there if it can be put right.

    For one process at a time; there is nothing to do where the last one has done it.

    Raises:
        Failure: a source cannot be read.
    """
    for left in path.parent.glob(f"{HALF}{path.stem}-*"):  # of a build that was killed
        left.unlink(missing_ok=True)
    # Taken first: what changes during the build makes the index an older one.
    signature = source.signature()
    if there := _opened(path, source.form):
        there.db.close()
        if there.signature == signature:
            return
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f"{HALF}{path.stem}-", suffix=path.suffix
    )
    os.close(descriptor)
    try:
        if not _put_right(source, path, Path(name), signature, report):
            Path(name).write_bytes(b"")
            with closing(sqlite3.connect(name)) as db:
                db.executescript(QUICK)
                source.build(db, report)
                _sign(db, source, signature)
                db.execute("VACUUM")  # a twelfth of it was free pages
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def in_memory(source: Source) -> Found:
    """An index for this process alone."""
    db = sqlite3.connect(":memory:")
    signature = source.signature()
    with output.Progress(f"building {source.TITLE}") as progress:
        source.build(db, progress.update)
    _sign(db, source, signature)
    return Found(db, None, signature)


def _opened(path: Path, form: str) -> Found | None:
    try:
        if not _trusted(path.stat()):
            return None
        # immutable: no lock files are needed beside a file that is replaced, never changed.
        db = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    except (OSError, sqlite3.Error):
        return None
    try:
        meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('form', 'signature')"))
    except sqlite3.Error:  # half a file, another format: built anew
        meta = {}
    if meta.get("form") == form and "signature" in meta:
        return Found(db, path, meta["signature"])
    db.close()
    return None


def _age(found: Found) -> float:
    return found.path.stat().st_mtime if found.path and found.path.exists() else 0.0


def _trusted(found: os.stat_result) -> bool:
    return found.st_uid in (0, os.getuid()) and not found.st_mode & stat.S_IWOTH


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _put_right(source: Source, old: Path, copy: Path, signature: str, report: Report) -> bool:
    """Copy the index at ``old`` and put right what has changed, if that is little."""
    known = _opened(old, source.form)
    if known is None:
        return False
    known.db.close()
    try:
        shutil.copyfile(old, copy)
        with closing(sqlite3.connect(copy)) as db:
            db.executescript(QUICK)
            if not source.refresh(db, known.signature, report):
                return False
            _sign(db, source, signature)
    except (OSError, sqlite3.Error):  # gone, or damaged: built anew
        return False
    return True


def _sign(db: sqlite3.Connection, source: Source, signature: str) -> None:
    with db:
        db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [("form", source.form), ("signature", signature)],
        )
