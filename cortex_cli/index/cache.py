"""Keeps one index per set of lists: finds a fresh one, or builds it.

Looked for in ``CORTEX_CACHE_DIR`` if set, else in ``/var/cache/cortex`` (one for the machine,
written by root), then ``$XDG_CACHE_HOME/cortex`` or ``~/.cache/cortex``; where nothing can be
written the index lives in memory.  An index of somebody else's is only read when root owns it.
A build goes into a new file that replaces the old one whole, so a reader never sees half.
Where only dpkg's status has changed, the new file is a copy in which that alone is put right.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import stat
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import lockfile, output
from cortex_cli.index import aptlists, build, commands, fill, intents, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cortex_cli.index.aptlists import ListFile

SYSTEM_CACHE = Path("/var/cache/cortex")
LANGUAGES = ("en", "fr", "es")
# A half-written file is never looked at: nothing need survive a crash.
QUICK = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"


@dataclass(frozen=True, slots=True)
class Sources:
    """What an index is made of."""

    folder: Path
    lists: tuple[ListFile, ...]
    descriptions: tuple[ListFile, ...]
    commands: tuple[ListFile, ...]
    status: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Sources:
        """This machine's, or those that CORTEX_APT_LISTS and CORTEX_DPKG_STATUS name."""
        folder = Path(environ.get("CORTEX_APT_LISTS") or aptlists.SYSTEM_LISTS)
        status = Path(environ.get("CORTEX_DPKG_STATUS") or aptlists.SYSTEM_STATUS)
        lists = aptlists.packages(folder)
        descriptions = [
            found for language in LANGUAGES for found in aptlists.translations(folder, language)
        ]
        listed = commands.files(folder)
        return cls(folder, tuple(lists), tuple(descriptions), tuple(listed), status)

    @property
    def files(self) -> tuple[ListFile, ...]:
        """Every list that is read."""
        return (*self.lists, *self.descriptions, *self.commands)

    @property
    def empty(self) -> bool:
        """True where there is no apt at all."""
        return not self.lists and not self.status.exists()

    def lists_signature(self) -> str:
        """Changes whenever the lists, the catalogue or the form of the index do."""
        digest = hashlib.blake2b(f"{schema.FORMAT}".encode(), digest_size=16)
        digest.update(intents.identity().encode())
        for found in self.files:
            digest.update(found.identity.encode() + b"\0")
        return digest.hexdigest()

    def status_signature(self) -> str:
        """Changes whenever dpkg's status does."""
        if not self.status.exists():
            return ""
        status = self.status.stat()
        return f"{status.st_size}:{status.st_mtime_ns}"

    def signature(self) -> str:
        """Changes whenever either does."""
        return f"{self.lists_signature()} {self.status_signature()}"

    def file_name(self) -> str:
        """One name per lists folder and status file."""
        place = hashlib.blake2b(f"{self.folder}\0{self.status}".encode(), digest_size=6)
        return f"packages-{place.hexdigest()}.sqlite"


def folders(environ: Mapping[str, str]) -> list[Path]:
    """Where an index may be, best first."""
    if named := environ.get("CORTEX_CACHE_DIR"):
        return [Path(named)]
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or "~").expanduser() / ".cache"
    return [SYSTEM_CACHE, Path(home) / "cortex"]


def open_index(environ: Mapping[str, str]) -> sqlite3.Connection | None:
    """A fresh index, built now if there is none; None on a machine without apt."""
    sources = Sources.find(environ)
    if sources.empty:
        return None
    signature = sources.signature()
    places = [folder / sources.file_name() for folder in folders(environ)]
    for place in places:
        if db := _fresh(place, signature):
            return db
    for place in places:
        if _can_write(place.parent):
            with lockfile.held(place.with_suffix(".lock"), "that is building the package index"):
                return _fresh(place, signature) or _build_file(place, sources, signature)
    db = sqlite3.connect(":memory:")
    _fill(db, sources, signature)
    return db


def _fresh(place: Path, signature: str) -> sqlite3.Connection | None:
    try:
        found = place.stat()
    except OSError:
        return None
    if not _trusted(found):
        return None
    try:
        # immutable: no lock files are needed beside a file that is replaced, never changed.
        db = sqlite3.connect(f"{place.as_uri()}?immutable=1", uri=True)
    except sqlite3.Error:
        return None
    try:
        row = db.execute("SELECT value FROM meta WHERE key = 'signature'").fetchone()
    except sqlite3.Error:  # half a file, another format: built anew
        row = None
    if row and row[0] == signature:
        return db
    db.close()
    return None


def _trusted(found: os.stat_result) -> bool:
    return found.st_uid in (0, os.getuid()) and not found.st_mode & stat.S_IWOTH


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _build_file(place: Path, sources: Sources, signature: str) -> sqlite3.Connection:
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=".building-", suffix=".sqlite")
    os.close(descriptor)
    try:
        if not _brought_up_to_date(place, Path(name), sources, signature):
            Path(name).write_bytes(b"")
            with closing(sqlite3.connect(name)) as db:
                db.executescript(QUICK)
                _fill(db, sources, signature)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)
    return sqlite3.connect(f"{place.as_uri()}?immutable=1", uri=True)


def _brought_up_to_date(place: Path, copy: Path, sources: Sources, signature: str) -> bool:
    """Copy the index at ``place`` and put right what is installed, if only that has changed."""
    try:
        if not _trusted(place.stat()):
            return False
        shutil.copyfile(place, copy)
        with closing(sqlite3.connect(copy)) as db:
            db.executescript(QUICK)
            known = db.execute("SELECT value FROM meta WHERE key = 'signature'").fetchone()
            if not known or known[0].partition(" ")[0] != signature.partition(" ")[0]:
                return False
            return fill.update_installed(db, build.installed(sources.status), signature)
    except (OSError, sqlite3.Error):  # none there, or damaged: built anew
        return False


def _fill(db: sqlite3.Connection, sources: Sources, signature: str) -> None:
    total = sum(found.size for found in sources.files)
    read = 0
    with output.Progress("building the index of this machine's packages") as progress:

        def report(size: int, note: str) -> None:
            nonlocal read
            read += size
            progress.update(read, total, note)

        collected = build.collect(sources.lists, sources.descriptions, sources.status, report)
        catalogue = intents.read(collected.records, [found.origin for found in sources.lists])
        meta = {"signature": signature, "packages": str(len(collected.records))}
        fill.write(db, collected, catalogue, _commands(sources, report), meta)


def _commands(sources: Sources, report: Callable[[int, str], None]) -> Iterator[tuple[str, str]]:
    yield from commands.installed(sources.status)
    for found in sources.commands:
        yield from commands.read(found)
        report(found.size, "commands")
