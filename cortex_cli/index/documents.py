"""The index of what this machine says about itself, and how an older one is put right.

A ``Source`` of ``cache.py``.  Only changed files are read again; what has gone leaves its words
behind, unseen, until a fifth of the index is such: then it is made anew.
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
MAX_LEFT_BEHIND = 0.2
REPORT_EVERY = 50
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document (
    -- AUTOINCREMENT: the number of what has gone is not given to another, its words are there yet
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL,
    identity TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    section TEXT NOT NULL,
    family INTEGER NOT NULL,    -- how many pages there are of its program
    summary TEXT NOT NULL
);
-- Contentless: what is shown is read from the file itself.
CREATE VIRTUAL TABLE said USING fts5 (
    name, summary, options, body, content = '',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE said_in USING fts5vocab (said, row);
"""


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """What the index of documents is made of."""

    KIND: ClassVar[str] = "documents"
    TITLE: ClassVar[str] = "the index of this machine's manuals"

    places: Places
    status: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """This machine's, or those that the environment names."""
        status = Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)
        return cls(Places.of(environ), status)

    @property
    def empty(self) -> bool:
        """True where there is no folder to look into."""
        folders = (*self.places.manuals, *self.places.units, self.places.docs)
        return not any(folder.is_dir() for folder in folders)

    @property
    def form(self) -> str:
        """An index of another form cannot be read."""
        return str(FORMAT)

    def signature(self) -> str:
        """Changes whenever a document comes, goes or is replaced."""
        digest = hashlib.blake2b(self.form.encode(), digest_size=16)
        # README.Debian files are replaced below folders that stay as they are.
        digest.update(build.status_signature(self.status).encode())
        for stamp in self.places.stamps():
            digest.update(stamp.encode("utf-8", "surrogateescape") + b"\0")
        return digest.hexdigest()

    def file_name(self) -> str:
        """One name per set of folders."""
        folders = (*self.places.manuals, *self.places.units, self.places.docs)
        place = hashlib.blake2b("\0".join(map(str, folders)).encode(), digest_size=6)
        return f"documents-{place.hexdigest()}.sqlite"

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database."""
        with db:
            db.executescript(TABLES)
            _add(db, list(self.places.find_all()), report)
            db.execute("INSERT INTO said (said) VALUES ('optimize')")

    def refresh(self, db: sqlite3.Connection, _signature: str, report: Report) -> bool:
        """Read what is new or changed, drop what has gone."""
        rows = db.execute("SELECT path, identity, id FROM document")
        known = {path: (identity, number) for path, identity, number in rows}
        there = {file.path: file for file in self.places.find_all()}
        gone = [
            number
            for path, (identity, number) in known.items()
            if path not in there or there[path].identity != identity
        ]
        (written,) = db.execute("SELECT count(*) FROM said_docsize").fetchone()
        left_behind = written - len(known) + len(gone)
        if left_behind > MAX_LEFT_BEHIND * written:
            return False
        new = [file for path, file in there.items() if known.get(path, ("",))[0] != file.identity]
        with db:
            db.executemany("DELETE FROM document WHERE id = ?", ((number,) for number in gone))
            _add(db, new, report)
        return True


def _add(db: sqlite3.Connection, files: Sequence[File], report: Report) -> None:
    for place, file in enumerate(files):
        if not file.path.isprintable():  # no page of anybody's: not even text
            continue
        if place % REPORT_EVERY == 0:
            report(place, len(files), f"{file.name}")
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
