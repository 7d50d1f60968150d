"""Keeps one index per source: finds it, fresh or stale, and builds it.

An index is looked for in ``CORTEX_CACHE_DIR`` if set, else in ``/var/cache/cortex`` (shared by the
machine, written by root), then in ``$XDG_CACHE_HOME/cortex`` or ``~/.cache/cortex``.  If no folder
is writable, the index lives in memory.  An index of another user is only read if root owns it.
A build writes a new file that replaces the old one, so a reader never sees a partial index.
If little has changed, the new file is an updated copy.  background.py starts builds and waits.
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
from cortex_cli.index.folders import list_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    # done, of how many, a note
    Report = Callable[[int, int, str], None]

# A partial file is never read, so nothing has to survive a crash.
FAST_PRAGMAS = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
PARTIAL_PREFIX = ".building-"


class IndexSource(Protocol):
    """What an index is built from: packages.py, documents.py."""

    KIND: ClassVar[str]
    TITLE: ClassVar[str]

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """Find the source as it is now."""

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to index."""

    @property
    def form(self) -> str:
        """The format of the index; one of another format is rebuilt."""

    def signature(self) -> str:
        """Return a string that changes whenever the source does."""

    def file_name(self) -> str:
        """Return the file name of the index: one per source."""

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database; ``report`` gets steps done, their total and a note."""

    def refresh(self, db: sqlite3.Connection, signature: str, report: Report) -> bool:
        """Update a copy of the index of ``signature``; False if a rebuild is better."""


@dataclass(frozen=True, slots=True)
class CachedIndex:
    """An open index, its path (None in memory) and the signature of its source."""

    db: sqlite3.Connection
    path: Path | None
    signature: str


def find(source: IndexSource, environ: Mapping[str, str], signature: str) -> CachedIndex | None:
    """Find the index of ``signature``, or else the newest stale one that can be read."""
    stale: list[CachedIndex] = []
    for folder in list_folders(environ):
        if index := _open(folder / source.file_name(), source.form):
            if index.signature == signature:
                for other in stale:
                    other.db.close()
                return index
            stale.append(index)
    stale.sort(key=_read_mtime)
    for other in stale[:-1]:
        other.db.close()
    return stale[-1] if stale else None


def choose_path(source: IndexSource, environ: Mapping[str, str]) -> Path | None:
    """Return where this user's index of ``source`` is built; None if no folder is writable."""
    for folder in list_folders(environ):
        if _can_write(folder):
            return folder / source.file_name()
    return None


def build_file(source: IndexSource, path: Path, report: Report) -> None:
    """Build the index at ``path``, as an updated copy of the old one if possible.

    Only one process may call this at a time; it does nothing if the index is fresh.

    Raises:
        Failure: a source cannot be read.
    """
    for leftover in path.parent.glob(f"{PARTIAL_PREFIX}{path.stem}-*"):  # of a killed build
        leftover.unlink(missing_ok=True)
    # Taken first: a change during the build makes the index stale.
    signature = source.signature()
    if current := _open(path, source.form):
        current.db.close()
        if current.signature == signature:
            return
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f"{PARTIAL_PREFIX}{path.stem}-", suffix=path.suffix
    )
    os.close(descriptor)
    try:
        if not _update_copy(source, path, Path(name), signature, report):
            Path(name).write_bytes(b"")
            with closing(sqlite3.connect(name)) as db:
                db.executescript(FAST_PRAGMAS)
                source.build(db, report)
                _sign(db, source, signature)
                db.execute("VACUUM")  # a twelfth of the file was free pages
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def build_in_memory(source: IndexSource) -> CachedIndex:
    """Build an index for this process alone."""
    db = sqlite3.connect(":memory:")
    signature = source.signature()
    with output.Progress(f"building {source.TITLE}") as progress:
        source.build(db, progress.update)
    _sign(db, source, signature)
    return CachedIndex(db, None, signature)


def _open(path: Path, form: str) -> CachedIndex | None:
    try:
        if not _is_trusted(path.stat()):
            return None
        # immutable: a file that is replaced and never changed needs no lock files.
        db = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    except (OSError, sqlite3.Error):
        return None
    try:
        meta = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('form', 'signature')"))
    except sqlite3.Error:  # a partial file or another format: it is rebuilt
        meta = {}
    if meta.get("form") == form and "signature" in meta:
        return CachedIndex(db, path, meta["signature"])
    db.close()
    return None


def _read_mtime(index: CachedIndex) -> float:
    return index.path.stat().st_mtime if index.path and index.path.exists() else 0.0


def _is_trusted(status: os.stat_result) -> bool:
    return status.st_uid in (0, os.getuid()) and not status.st_mode & stat.S_IWOTH


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _update_copy(
    source: IndexSource, old: Path, copy: Path, signature: str, report: Report
) -> bool:
    """Copy the index at ``old`` and update the copy; False if it must be rebuilt."""
    previous = _open(old, source.form)
    if previous is None:
        return False
    previous.db.close()
    try:
        shutil.copyfile(old, copy)
        with closing(sqlite3.connect(copy)) as db:
            db.executescript(FAST_PRAGMAS)
            if not source.refresh(db, previous.signature, report):
                return False
            _sign(db, source, signature)
    except (OSError, sqlite3.Error):  # missing or damaged: it is rebuilt
        return False
    return True


def _sign(db: sqlite3.Connection, source: IndexSource, signature: str) -> None:
    with db:
        db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [("form", source.form), ("signature", signature)],
        )
