"""The package index: what it is made of, how it is made, and how an older one is put right.

A ``Source`` of ``cache.py``: apt's lists, dpkg's status and file lists, the catalogue.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from cortex_cli.debian import lists as apt_lists
from cortex_cli.index import background, build, commands, fill, intents, schema

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from cortex_cli.debian.lists import ListFile
    from cortex_cli.index.cache import Report

LANGUAGES = ("en", "fr", "es")


@dataclass(frozen=True, slots=True)
class PackageSource:
    """What the package index is made of."""

    KIND: ClassVar[str] = "packages"
    TITLE: ClassVar[str] = "the index of this machine's packages"

    folder: Path
    lists: tuple[ListFile, ...]
    descriptions: tuple[ListFile, ...]
    commands: tuple[ListFile, ...]
    status: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Self:
        """This machine's, or those that CORTEX_APT_LISTS and CORTEX_DPKG_STATUS name."""
        folder = Path(environ.get("CORTEX_APT_LISTS") or apt_lists.SYSTEM_LISTS)
        status = Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)
        lists = apt_lists.find_packages(folder)
        descriptions = [
            translation
            for language in LANGUAGES
            for translation in apt_lists.find_translations(folder, language)
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

    @property
    def form(self) -> str:
        """An index of another form cannot be read."""
        return str(schema.FORMAT)

    def lists_signature(self) -> str:
        """Changes whenever the lists, the catalogue or the form of the index do."""
        digest = hashlib.blake2b(self.form.encode(), digest_size=16)
        digest.update(intents.identity().encode())
        for found in self.files:
            digest.update(found.identity.encode() + b"\0")
        return digest.hexdigest()

    def signature(self) -> str:
        """Changes whenever the lists or dpkg's status do."""
        return f"{self.lists_signature()} {build.status_signature(self.status)}"

    def lists_are_those_of(self, signature: str) -> bool:
        """True where at most dpkg's status has changed since ``signature``."""
        return signature.partition(" ")[0] == self.lists_signature()

    def file_name(self) -> str:
        """One name per lists folder and status file."""
        place = hashlib.blake2b(f"{self.folder}\0{self.status}".encode(), digest_size=6)
        return f"packages-{place.hexdigest()}.sqlite"

    def build(self, db: sqlite3.Connection, report: Report) -> None:
        """Fill an empty database; ``report`` gets bytes done, of how many, and a note.

        Raises:
            Failure: a list cannot be read.
        """
        total = 2 * sum(found.size for found in self.files)  # writing takes as long as reading
        read = written = 0

        def count(size: int, note: str) -> None:
            nonlocal read
            read += size
            report(read + written, total, note)

        def wrote(done: int, of: int) -> None:
            nonlocal written
            written = total // 2 * done // of
            report(read + written, total, "writing")

        collected = build.collect(self.lists, self.descriptions, self.status, count)
        catalogue = intents.read(collected.records, [found.origin for found in self.lists])
        meta = {"packages": str(len(collected.records))}

        def pairs() -> Iterator[tuple[str, str]]:
            yield from commands.installed(self.status)
            for found in self.commands:
                yield from commands.read(found)
                count(found.size, "commands")

        fill.write(db, collected, catalogue, pairs(), meta, report=wrote)

    def refresh(self, db: sqlite3.Connection, signature: str, _report: Report) -> bool:
        """Put right what is installed, if only that has changed since ``signature``."""
        if not self.lists_are_those_of(signature):
            return False
        there = build.installed(self.status)
        return fill.update_installed(db, there, commands.installed(self.status))


def open_index(environ: Mapping[str, str]) -> sqlite3.Connection | None:
    """The index of today's lists, waited for; None on a machine without apt.

    Raises:
        Failure: it cannot be built.
    """
    opened = background.made_now(PackageSource.find(environ), environ)
    return opened.found.db if opened else None
