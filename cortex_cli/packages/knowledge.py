"""What this machine's own package index and the catalogue know, and the search over both.

Deterministic: the model never decides what exists.  How packages are ranked is in ranking.py,
how intents are found in intents.py.  Nothing here talks to a model or runs anything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.index import background, build, fill
from cortex_cli.index.packages import PackageSource
from cortex_cli.language.terms import terms
from cortex_cli.language.words import EVERYDAY
from cortex_cli.packages.intents import Catalogue
from cortex_cli.packages.ranking import Ranker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cortex_cli.language.question import Question
    from cortex_cli.packages.intents import Match

# "what is the make", not a sentence
MAX_BARE_WORDS = 4
# From here on a hit is what the catalogue means rather than what the words say.
CATALOGUE_SCORE = 0.5

FIELDS = (
    "id, name, version, installed, origin, section, kind, package.short, essential, popularity,"
    " COALESCE(long, x'')"
)
TABLES = (
    "package LEFT JOIN description ON package.id = description.package"
    " AND description.language = 'en'"
)


@dataclass(frozen=True, slots=True)
class Package:
    """One package as the machine's lists and dpkg have it."""

    name: str
    version: str
    installed: str | None
    origin: str
    section: str
    kind: str
    short: str
    long: str
    essential: bool
    popularity: float

    @property
    def shown_version(self) -> str:
        """The version that is there, or else the one to be had."""
        return self.installed or self.version

    @property
    def upstream_version(self) -> str:
        """``shown_version`` without epoch and Debian revision: 1.22.1 of 1:1.22.1-9+deb12u9."""
        _, colon, rest = self.shown_version.partition(":")
        version = rest if colon else self.shown_version
        return version.rpartition("-")[0] or version


@dataclass(frozen=True, slots=True)
class Hit:
    """A package that answers a search.

    ``covered`` is the share of the request's words that it has, ``curated`` how surely the
    catalogue means it; both 0 to 1.
    """

    package: Package
    score: float
    covered: float
    curated: float

    @property
    def source(self) -> Literal["catalogue", "index"]:
        """What speaks for it."""
        return "catalogue" if self.curated >= CATALOGUE_SCORE else "index"


class Knowledge:
    """Read access to the index; every method is a question with a repeatable answer."""

    def __init__(
        self,
        db: sqlite3.Connection | None,
        installed: Mapping[str, str] | None = None,
        newer: Callable[[], sqlite3.Connection | None] | None = None,
    ) -> None:
        """Read ``db``.

        ``installed`` is what dpkg says, where that has changed since; ``newer`` waits for the
        index of lists that have.
        """
        self._db = db
        self._installed = installed
        self._newer = newer
        self.being_built = False

    @classmethod
    def open(cls, environ: Mapping[str, str], *, wait: bool = True) -> Self:
        """Open this machine's index; where there is none it is built first.

        An older one serves while a newer is made behind it, and that is said.  Without ``wait``
        a first one is made behind it too, and nothing is known yet.

        Raises:
            Failure: a list cannot be read, or this Python's SQLite lacks FTS5.
        """
        source = PackageSource.find(environ)
        opened = background.open_index(source, environ, wait=wait)
        if opened is None:
            nothing = cls(None)
            nothing.being_built = not source.empty
            return nothing
        if not opened.older:
            return cls(opened.found.db)
        installed = build.installed(source.status)
        if source.lists_are_those_of(opened.found.signature):
            return cls(opened.found.db, installed)
        output.talk(opened.note("the package lists have changed"))

        def newer() -> sqlite3.Connection | None:
            made = background.made_now(source, environ)
            return made.found.db if made else None

        return cls(opened.found.db, installed, newer)

    def catch_up(self) -> bool:
        """Wait for the index of today's lists where this is an older one; False if it is not."""
        if self._newer is None:
            return False
        newer, self._newer = self._newer, None
        try:
            db = newer()
        except Failure as error:
            output.talk(f"going on with the older index: {error.message}")
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
        """The package of exactly this name."""
        found = self._select("WHERE name = ?", [name.lower()])
        return found[0] if found else None

    def providers(self, name: str) -> list[Package]:
        """What stands in for a virtual package, the most asked for first."""
        clause = "WHERE id IN (SELECT provides.package FROM provides WHERE name = ?)"
        return self._select(f"{clause} ORDER BY popularity DESC, name", [name.lower()])

    def named(self, question: Question) -> list[Package]:
        """The packages whose names ``question`` says, in its order.

        An everyday word ("time", "make") only counts when nothing else is said: "what is
        make?" names a package, "how much time is left?" does not.
        """
        said = question.content
        if not said and len(question.words) <= MAX_BARE_WORDS:
            said = question.words[-1:]
        elif len(question.words) > MAX_BARE_WORDS or len(said) > 1:
            said = tuple(word for word in said if word not in EVERYDAY)
        return [found for word in said if (found := self.package(word))]

    def near_names(self, name: str, limit: int = 3) -> list[str]:
        """Package names that ``name`` may be a slip of."""
        if not self._db or not name:
            return []
        rows = self._db.execute(
            "SELECT name FROM package WHERE length(name) BETWEEN ? AND ? AND name GLOB ?",
            (len(name) - 2, len(name) + 2, f"{name[0]}*"),
        )
        return get_close_matches(name, (row[0] for row in rows), n=limit, cutoff=0.75)

    def commands(self, name: str) -> list[Package]:
        """The packages that have a command of this name, the most asked for first."""
        clause = "WHERE name IN (SELECT command.package FROM command WHERE command.name = ?)"
        return self._select(f"{clause} ORDER BY popularity DESC, name", [name])

    def short_in(self, name: str, language: str) -> str | None:
        """The short description in ``language``, where the lists have another than English."""
        rows = self._rows(
            "SELECT description.short FROM description JOIN package ON package.id = package"
            " WHERE name = ? AND language = ?",
            [name, language],
        )
        return str(rows[0][0]) if rows and rows[0][0] else None

    def matches(self, question: Question) -> list[Match]:
        """The intents of the catalogue that ``question`` may mean, best first."""
        return self._catalogue.match(question.terms) if self._catalogue else []

    def search(self, question: Question, limit: int = 8, *, catalogue: bool = True) -> list[Hit]:
        """The packages that fit best; without the ``catalogue``, by the lists alone."""
        if not self._catalogue or not self._ranker:
            return []
        said = question.terms or terms(" ".join(question.words[-1:]))
        matches = self._catalogue.match(said) if catalogue else []
        # Terms are parts of words: names such as "nginx-common" are looked up whole.
        named = [word for word in question.words if not word.isalpha()]
        ranked = self._ranker.rank(said, matches, named)
        ranked = [one for one in ranked if one.covered or one.curated]
        found = self._numbered([one.number for one in ranked[:limit]])
        return [
            Hit(found[one.number], round(one.score, 3), one.covered, one.curated)
            for one in ranked[:limit]
        ]

    @cached_property
    def _catalogue(self) -> Catalogue | None:
        return Catalogue(self._db) if self._db else None

    @cached_property
    def _ranker(self) -> Ranker | None:
        return Ranker(self._db) if self._db else None

    @cached_property
    def _dictionary(self) -> bytes:
        return bytes(self._rows("SELECT words FROM dictionary", [])[0][0])

    def _numbered(self, numbers: Sequence[int]) -> dict[int, Package]:
        marks = ", ".join("?" * len(numbers))
        rows = self._rows(f"SELECT {FIELDS} FROM {TABLES} WHERE id IN ({marks})", numbers)  # noqa: S608
        return {row[0]: self._package(row) for row in rows}

    def _select(self, clause: str, values: list[str]) -> list[Package]:
        rows = self._rows(f"SELECT {FIELDS} FROM {TABLES} {clause}", values)  # noqa: S608
        return [self._package(row) for row in rows]

    def _package(self, row: tuple[Any, ...]) -> Package:
        _, name, version, installed, *texts, essential, popularity, long = row
        if self._installed is not None:
            installed = self._installed.get(name)
        unpacked = fill.unpacked(long, self._dictionary)
        values: list[Any] = [name, version, installed, *texts, unpacked, bool(essential)]
        values.append(popularity)
        return Package(*values)

    def _rows(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        if not self._db:
            return []
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()
