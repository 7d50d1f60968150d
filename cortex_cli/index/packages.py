"""The package index: what it is built from, how it is built, and how it is updated.

An ``IndexSource`` of ``cache.py``: apt's lists, dpkg's status and file lists, the catalogue.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from cortex_cli.debian import lists as apt_lists
from cortex_cli.errors import NothingFound
from cortex_cli.index import background, build, commands, fill, intents, schema
from cortex_cli.language.words import LANGUAGES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from cortex_cli.debian.lists import ListFile
    from cortex_cli.index.cache import Report


@dataclass(frozen=True, slots=True)
class PackageSource:
    """What the package index is built from."""

    KIND: ClassVar[str] = "packages"
    TITLE: ClassVar[str] = "the index of this machine's packages"

    folder: Path
    lists: tuple[ListFile, ...]
    descriptions: tuple[ListFile, ...]
    commands: tuple[ListFile, ...]
    status: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """Find this machine's lists, or those of CORTEX_APT_LISTS and CORTEX_DPKG_STATUS."""
        folder = Path(environ.get("CORTEX_APT_LISTS") or apt_lists.SYSTEM_LISTS)
        status = Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)
        lists = apt_lists.find_packages(folder)
        descriptions = [
            translation
            for language in LANGUAGES
            for translation in apt_lists.find_translations(folder, language)
        ]
        command_lists = commands.find_lists(folder)
        return cls(folder, tuple(lists), tuple(descriptions), tuple(command_lists), status)

    @property
    def files(self) -> tuple[ListFile, ...]:
        """All lists that are read."""
        return (*self.lists, *self.descriptions, *self.commands)

    @property
    def is_empty(self) -> bool:
        """True if this machine has no apt."""
        return not self.lists and not self.status.exists()

    @property
    def form(self) -> str:
        """The format of the index; one of another format is rebuilt."""
        return str(schema.FORMAT)

    def lists_signature(self) -> str:
        """Return a string that changes when the lists, the catalogue or the format do."""
        digest = hashlib.blake2b(self.form.encode(), digest_size=16)
        digest.update(intents.compute_identity().encode())
        for listed in self.files:
            digest.update(listed.identity.encode() + b"\0")
        return digest.hexdigest()

    def signature(self) -> str:
        """Return a string that changes when the lists or dpkg's status do."""
        return f"{self.lists_signature()} {build.read_status_signature(self.status)}"

    def has_same_lists(self, signature: str) -> bool:
        """True if nothing but dpkg's status has changed since ``signature``."""
        return signature.partition(" ")[0] == self.lists_signature()

    def file_name(self) -> str:
        """Return the file name of the index: one per lists folder and status file."""
        digest = hashlib.blake2b(f"{self.folder}\0{self.status}".encode(), digest_size=6)
        return f"packages-{digest.hexdigest()}.sqlite"

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database; ``report`` gets bytes done, their total and a note.

        Raises:
            Failure: a list cannot be read.
        """
        total = 2 * sum(listed.size for listed in self.files)  # writing takes as long as reading
        read = written = 0

        def report_read(size: int, note: str) -> None:
            nonlocal read
            read += size
            report(read + written, total, note)

        def report_written(done: int, packages: int) -> None:
            nonlocal written
            written = total // 2 * done // packages
            report(read + written, total, "writing")

        collected = build.collect(self.lists, self.descriptions, self.status, report_read)
        catalogue = intents.read(collected.records, [listed.origin for listed in self.lists])
        meta = {"packages": str(len(collected.records))}

        def pairs() -> Iterator[tuple[str, str]]:
            yield from commands.read_installed(self.status)
            for listed in self.commands:
                yield from commands.read(listed)
                report_read(listed.size, "commands")

        fill.write(db, collected, catalogue, pairs(), meta, report=report_written)

    def refresh(self, db: sqlite3.Connection, signature: str, _report: Report) -> bool:
        """Update which packages are installed; False if more has changed since ``signature``."""
        if not self.has_same_lists(signature):
            return False
        installed = build.read_installed(self.status)
        return fill.update_installed(db, installed, commands.read_installed(self.status))


def open_index(environ: Mapping[str, str]) -> sqlite3.Connection | None:
    """Open a fresh package index, waiting for its build; None on a machine without apt.

    Raises:
        Failure: the index cannot be built.
    """
    opened = background.open_fresh(PackageSource.find(environ), environ)
    return opened.index.db if opened else None


def explain_missing_lists(environ: Mapping[str, str]) -> NothingFound | None:
    """Return the error for a machine without package lists, as containers are; None with lists.

    The index then has only what dpkg has installed: no search in it can find what to install.
    """
    source = PackageSource.find(environ)
    if source.lists:
        return None
    command = "apt-get update" if os.geteuid() == 0 else "sudo apt-get update"
    return NothingFound(
        f"this machine has no package lists: none in {source.folder}", hint=f"run: {command}"
    )
