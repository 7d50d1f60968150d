"""Looks up and searches packages in this machine's package index and the catalogue.

Deterministic: no model decides what exists.  ranking.py ranks packages, intents.py matches
intents.  Nothing here talks to a model or runs anything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.index import background, build, fill
from cortex_cli.index.packages import PackageSource
from cortex_cli.language.terms import terms
from cortex_cli.language.words import EVERYDAY
from cortex_cli.packages.intents import Catalogue, Match
from cortex_cli.packages.package import Hit, Package
from cortex_cli.packages.polarity import list_opposites
from cortex_cli.packages.ranking import Ranker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cortex_cli.language.question import Question

# "what is the make", not a sentence
MAX_BARE_WORDS = 4

FIELDS = (
    "id, name, version, installed, origin, section, kind, package.short, essential, popularity,"
    " COALESCE(long, x'')"
)
TABLES = (
    "package LEFT JOIN description ON package.id = description.package"
    " AND description.language = 'en'"
)


class Knowledge:
    """Read access to the package index; every method gives repeatable results."""

    def __init__(
        self,
        db: sqlite3.Connection | None,
        installed: Mapping[str, str] | None = None,
        open_newer: Callable[[], sqlite3.Connection | None] | None = None,
    ) -> None:
        """Read ``db``.

        ``installed`` overrides the installed versions, if dpkg's status has changed since;
        ``open_newer`` waits for an index of the current lists.
        """
        self._db = db
        self._installed = installed
        self._open_newer = open_newer
        self.is_building = False

    @classmethod
    def open(cls, environ: Mapping[str, str], *, wait: bool = True) -> Self:
        """Open this machine's index; if there is none, it is built first.

        A stale index is used, with a note, while it is refreshed in the background.  Without
        ``wait`` a first index is built in the background too, and nothing is known yet.

        Raises:
            Failure: a list cannot be read, or this Python's SQLite lacks FTS5.
        """
        source = PackageSource.find(environ)
        opened = background.open_index(source, environ, wait=wait)
        if opened is None:
            empty = cls(None)
            empty.is_building = not source.is_empty
            return empty
        if not opened.stale:
            return cls(opened.index.db)
        installed = build.read_installed(source.status)
        if source.has_same_lists(opened.index.signature):
            return cls(opened.index.db, installed)
        output.talk(opened.describe("the package lists have changed"))

        def open_newer() -> sqlite3.Connection | None:
            fresh = background.open_fresh(source, environ)
            return fresh.index.db if fresh else None

        return cls(opened.index.db, installed, open_newer)

    def catch_up(self) -> bool:
        """Replace a stale index by a fresh one, waiting for its build; False if it is not stale."""
        if self._open_newer is None:
            return False
        open_newer, self._open_newer = self._open_newer, None
        try:
            db = open_newer()
        except Failure as error:
            output.talk(f"using the older index: {error.message}")
            return False
        self.close()
        self._db, self._installed = db, None
        for name in ("_catalogue", "_ranker", "_dictionary"):
            self.__dict__.pop(name, None)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self._db.execute("SELECT count(*) FROM package").fetchone()[0] if self._db else 0

    def close(self) -> None:
        """Close the index."""
        if self._db:
            self._db.close()

    def package(self, name: str) -> Package | None:
        """Return the package of exactly this name."""
        packages = self._select("WHERE name = ?", [name.lower()])
        return packages[0] if packages else None

    def providers(self, name: str) -> list[Package]:
        """Return the packages that provide a virtual package, the most popular first."""
        clause = "WHERE id IN (SELECT provides.package FROM provides WHERE name = ?)"
        return self._select(f"{clause} ORDER BY popularity DESC, name", [name.lower()])

    def find_named(self, question: Question) -> list[Package]:
        """Return the packages that ``question`` names, in its order.

        An everyday word ("time", "make") only counts if it is the only one: "what is make?"
        names a package, "how much time is left?" does not.
        """
        names = question.content
        if not names and len(question.words) <= MAX_BARE_WORDS:
            names = question.words[-1:]
        elif len(question.words) > MAX_BARE_WORDS or len(names) > 1:
            names = tuple(word for word in names if word not in EVERYDAY)
        return [package for name in names if (package := self.package(name))]

    def suggest_names(self, name: str, limit: int = 3) -> list[str]:
        """Return package names that ``name`` may be a misspelling of."""
        if not self._db or not name:
            return []
        rows = self._db.execute(
            "SELECT name FROM package WHERE length(name) BETWEEN ? AND ? AND name GLOB ?",
            (len(name) - 2, len(name) + 2, f"{name[0]}*"),
        )
        return get_close_matches(name, (row[0] for row in rows), n=limit, cutoff=0.75)

    def commands(self, name: str) -> list[Package]:
        """Return the packages that have a command of this name, the most popular first."""
        clause = "WHERE name IN (SELECT command.package FROM command WHERE command.name = ?)"
        return self._select(f"{clause} ORDER BY popularity DESC, name", [name])

    def is_named(self, name: str) -> bool:
        """True where a package, a virtual one or a command is called ``name``."""
        return bool(self.package(name) or self.commands(name) or self.providers(name))

    def has_variant(self, name: str) -> bool:
        """True where ``name`` is the first or last part of a package's name."""
        lower = name.lower()
        clause = "WHERE name GLOB ? OR name GLOB ? LIMIT 1"
        return bool(self._select(clause, [f"{lower}-*", f"*-{lower}"]))

    def short_in(self, name: str, language: str) -> str | None:
        """Return the short description in ``language``; None if the lists have only English."""
        rows = self._query(
            "SELECT description.short FROM description JOIN package ON package.id = package"
            " WHERE name = ? AND language = ?",
            [name, language],
        )
        return str(rows[0][0]) if rows and rows[0][0] else None

    def matches(self, question: Question) -> list[Match]:
        """Return the intents of the catalogue that ``question`` may mean, best first."""
        if not self._catalogue:
            return []
        return _leave_out(self._catalogue.match(question.terms), list_opposites(question.text))

    def find_similar(self, name: str) -> list[str]:
        """Return the packages that the catalogue names for the same as package ``name``."""
        return self._catalogue.find_similar(name) if self._catalogue else []

    def search(self, question: Question, limit: int = 8, *, catalogue: bool = True) -> list[Hit]:
        """Return the best packages; without the ``catalogue``, by the lists alone."""
        if not self._catalogue or not self._ranker:
            return []
        wanted = question.terms or terms(" ".join(question.words[-1:]))
        opposites = list_opposites(question.text)
        matches = _leave_out(self._catalogue.match(wanted), opposites) if catalogue else []
        # Terms are parts of words: names such as "nginx-common" are looked up whole.
        names = [word for word in question.words if not word.isalpha()]
        ranked = self._ranker.rank(wanted, matches, names)
        ranked = [
            package
            for package in ranked
            if (package.covered or package.curated) and package.name not in opposites
        ][:limit]
        packages = self._select_by_id([package.number for package in ranked])
        return [
            Hit(packages[hit.number], round(hit.score, 3), hit.covered, hit.curated)
            for hit in ranked
        ]

    @cached_property
    def _catalogue(self) -> Catalogue | None:
        return Catalogue(self._db) if self._db else None

    @cached_property
    def _ranker(self) -> Ranker | None:
        return Ranker(self._db) if self._db else None

    @cached_property
    def _dictionary(self) -> bytes:
        return bytes(self._query("SELECT words FROM dictionary", [])[0][0])

    def _select_by_id(self, numbers: Sequence[int]) -> dict[int, Package]:
        marks = ", ".join("?" * len(numbers))
        rows = self._query(f"SELECT {FIELDS} FROM {TABLES} WHERE id IN ({marks})", numbers)  # noqa: S608
        return {row[0]: self._make_package(row) for row in rows}

    def _select(self, clause: str, values: list[str]) -> list[Package]:
        rows = self._query(f"SELECT {FIELDS} FROM {TABLES} {clause}", values)  # noqa: S608
        return [self._make_package(row) for row in rows]

    def _make_package(self, row: tuple[Any, ...]) -> Package:
        _, name, version, installed, *texts, essential, popularity, long = row
        if self._installed is not None:
            installed = self._installed.get(name)
        text = fill.decompress(long, self._dictionary)
        values: list[Any] = [name, version, installed, *texts, text, bool(essential)]
        values.append(popularity)
        return Package(*values)

    def _query(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        if not self._db:
            return []
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def _leave_out(matches: Sequence[Match], opposites: frozenset[str]) -> list[Match]:
    """Return the matches without the packages that do the opposite of what is asked."""
    kept = []
    for match in matches:
        packages = tuple(name for name in match.packages if name not in opposites)
        if packages:
            kept.append(Match(match.intent, packages, match.score))
    return kept
