"""The index of manuals, units and README.Debian files, and how it is updated.

An ``IndexSource`` of ``cache.py``.  Only changed files are read again.  The words of deleted files
remain in the index, invisible, until they are a fifth of it; then it is rebuilt.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from cortex_cli.debian import lists as apt_lists
from cortex_cli.index import build, texts
from cortex_cli.index.texts import Places

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from cortex_cli.index.cache import Report
    from cortex_cli.index.texts import File

FORMAT = 3
MAX_DELETED_SHARE = 0.2
REPORT_EVERY = 50
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
    -- AUTOINCREMENT: the id of a deleted file is never reused, its words are still indexed
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    identity TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    section TEXT NOT NULL,
    family INTEGER NOT NULL,    -- how many pages its program has
    summary TEXT NOT NULL
);
-- Contentless: the text to show is read from the file itself.
CREATE VIRTUAL TABLE said USING fts5 (
    name, summary, options, body, content = '',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE said_in USING fts5vocab (said, row);
"""


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """What the index of documents is built from."""

    KIND: ClassVar[str] = "documents"
    TITLE: ClassVar[str] = "the index of this machine's manuals"

    places: Places
    status: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """Find this machine's documents, or those that the environment names."""
        status = Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)
        return cls(Places.from_environ(environ), status)

    @property
    def is_empty(self) -> bool:
        """True if none of the folders exists."""
        folders = (*self.places.manuals, *self.places.units, self.places.docs)
        return not any(folder.is_dir() for folder in folders)

    @property
    def form(self) -> str:
        """The format of the index; one of another format is rebuilt."""
        return str(FORMAT)

    def signature(self) -> str:
        """Return a string that changes when a document is added, removed or replaced."""
        digest = hashlib.blake2b(self.form.encode(), digest_size=16)
        # Replacing a README.Debian file does not change the time stamp of its parent folder.
        digest.update(build.read_status_signature(self.status).encode())
        for stamp in self.places.list_stamps():
            digest.update(stamp.encode("utf-8", "surrogateescape") + b"\0")
        return digest.hexdigest()

    def file_name(self) -> str:
        """Return the file name of the index: one per set of folders."""
        folders = (*self.places.manuals, *self.places.units, self.places.docs)
        digest = hashlib.blake2b("\0".join(map(str, folders)).encode(), digest_size=6)
        return f"documents-{digest.hexdigest()}.sqlite"

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database; ``report`` gets files done, their total and a name."""
        with db:
            db.executescript(TABLES)
            _add(db, list(self.places.find_all()), report)
            db.execute("INSERT INTO said (said) VALUES ('optimize')")

    def refresh(self, db: sqlite3.Connection, _signature: str, report: Report) -> bool:
        """Read new and changed files, drop deleted ones; False if a rebuild is better."""
        rows = db.execute("SELECT path, identity, id FROM document")
        indexed = {path: (identity, number) for path, identity, number in rows}
        current = {file.path: file for file in self.places.find_all()}
        gone = [
            number
            for path, (identity, number) in indexed.items()
            if path not in current or current[path].identity != identity
        ]
        (written,) = db.execute("SELECT count(*) FROM said_docsize").fetchone()
        deleted = written - len(indexed) + len(gone)
        if deleted > MAX_DELETED_SHARE * written:
            return False
        new = [
            file for path, file in current.items() if indexed.get(path, ("",))[0] != file.identity
        ]
        with db:
            db.executemany("DELETE FROM document WHERE id = ?", ((number,) for number in gone))
            _add(db, new, report)
        return True


def _add(db: sqlite3.Connection, files: Sequence[File], report: Report) -> None:
    for position, file in enumerate(files):
        if not file.path.isprintable():  # SQLite and terminals could not hold the name
            continue
        if position % REPORT_EVERY == 0:
            report(position, len(files), file.name)
        if text := texts.read(file):
            row = (file.path, file.identity, file.kind, file.name, file.section)
            number = db.execute(
                "INSERT INTO document (path, identity, kind, name, section, family, summary)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [*row, file.family, text.summary],
            ).lastrowid
            db.execute(
                "INSERT INTO said (rowid, name, summary, options, body) VALUES (?, ?, ?, ?, ?)",
                (number, file.name, text.summary, text.options, text.body),
            )
