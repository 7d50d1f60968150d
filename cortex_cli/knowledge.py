"""What this machine's own package index knows, and the search over it.

Ranking is the index's word score (name, short, long, tags) plus what the package is: how much
else asks for it, whether it is a program, whether its name was said.  It is deterministic:
the model never decides what exists.  Nothing here talks to a model or runs anything.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self

from cortex_cli.errors import Failure
from cortex_cli.index import cache, kinds
from cortex_cli.words import EVERYDAY, content, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Word score: a hit in the short description says most about a package.
COLUMN_WEIGHTS = "2.0, 4.0, 1.0, 2.0"
POPULARITY_WEIGHT = 2.0
NAME_BONUS = 8.0
PROVIDES_BONUS = 4.0
COVERAGE_WEIGHT = 6.0
KIND_PENALTIES = {
    kinds.PROGRAM: 0.0,
    kinds.LIBRARY: 6.0,
    kinds.DEVELOPMENT: 8.0,
    kinds.DOCUMENTATION: 8.0,
    kinds.DATA: 8.0,
    kinds.DEBUG: 12.0,
    kinds.TRANSITIONAL: 12.0,
}
# Words by which people do ask for such packages.
KIND_WORDS = {
    "library": kinds.LIBRARY,
    "libraries": kinds.LIBRARY,
    "module": kinds.LIBRARY,
    "headers": kinds.DEVELOPMENT,
    "development": kinds.DEVELOPMENT,
    "documentation": kinds.DOCUMENTATION,
    "docs": kinds.DOCUMENTATION,
    "font": kinds.DATA,
    "fonts": kinds.DATA,
}
# Ranked by word score first; the priors only reorder these.
POOL = 100
MAX_QUERY_WORDS = 24
# "what is the make", not a sentence
MAX_BARE_WORDS = 4

FIELDS = "name, version, installed, origin, section, kind, short, long, essential, popularity"


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
    """A package that answers a search; ``covered`` is the share of the words it has, 0 to 1."""

    package: Package
    score: float
    covered: float


class Knowledge:
    """Read access to the index; every method is a question with a repeatable answer."""

    def __init__(self, db: sqlite3.Connection | None) -> None:
        self._db = db

    @classmethod
    def open(cls, environ: Mapping[str, str]) -> Self:
        """Open this machine's index, building it first if need be.

        Raises:
            Failure: a list cannot be read, or this Python's SQLite lacks FTS5.
        """
        try:
            return cls(cache.open_index(environ))
        except sqlite3.Error as error:
            raise Failure(
                f"cannot build the package index: {error}", hint="check it with: cortex doctor"
            ) from error

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
        clause = "WHERE id IN (SELECT package FROM provides WHERE name = ?)"
        return self._select(f"{clause} ORDER BY popularity DESC, name", [name.lower()])

    def named(self, text: str) -> list[Package]:
        """The packages whose names ``text`` says, in its order.

        An everyday word ("time", "make") only counts when nothing else is said: "what is
        make?" names a package, "how much time is left?" does not.
        """
        said = content(text)
        if not said and len(words(text)) <= MAX_BARE_WORDS:
            said = words(text)[-1:]
        elif len(words(text)) > MAX_BARE_WORDS or len(said) > 1:
            said = [word for word in said if word not in EVERYDAY]
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

    def search(self, text: str, limit: int = 8) -> list[Hit]:
        """The packages that fit ``text`` best."""
        said = (content(text) or words(text))[:MAX_QUERY_WORDS]
        if not said or not self._db:
            return []
        wanted_kinds = {KIND_WORDS[word] for word in said if word in KIND_WORDS}
        standing_in = self._standing_in(said)
        pool = {number: (package, 0.0) for number, package in standing_in.items()}
        pool |= self._pool(said)
        covered = self._coverage(said, pool)
        for number in standing_in:
            covered[number] = max(covered[number], 1 / len(said))
        hits = []
        for number, (package, word_score) in pool.items():
            score = word_score + POPULARITY_WEIGHT * package.popularity
            score += COVERAGE_WEIGHT * covered[number]
            score += NAME_BONUS * (package.name in said)
            score += PROVIDES_BONUS * (number in standing_in)
            if package.kind not in wanted_kinds and package.name not in said:
                score -= KIND_PENALTIES[package.kind]
            hits.append(Hit(package, round(score, 3), covered[number]))
        hits.sort(key=lambda hit: (-hit.score, hit.package.name))
        return hits[:limit]

    def _pool(self, said: list[str]) -> dict[int, tuple[Package, float]]:
        rows = self._rows(
            f"SELECT id, found.score, {FIELDS} FROM package JOIN ("  # noqa: S608 - constants
            f"  SELECT rowid, -bm25(words, {COLUMN_WEIGHTS}) AS score FROM words"
            "  WHERE words MATCH ? ORDER BY score DESC LIMIT ?"
            ") AS found ON id = found.rowid",
            [" OR ".join(_quoted(word) for word in said), POOL],
        )
        return {row[0]: (_package(row[2:]), row[1]) for row in rows}

    def _coverage(self, said: list[str], pool: Iterable[int]) -> dict[int, float]:
        """The share of the words that each of the pool has somewhere, by the index's stemming."""
        counts = dict.fromkeys(pool, 0)
        marks = ", ".join("?" * len(counts))
        for word in said:
            query = f"SELECT rowid FROM words WHERE words MATCH ? AND rowid IN ({marks})"  # noqa: S608
            for (number,) in self._rows(query, [_quoted(word), *counts]):
                counts[number] += 1
        return {number: count / len(said) for number, count in counts.items()}

    def _standing_in(self, said: list[str]) -> dict[int, Package]:
        """The packages that provide one of the words: "httpd", "editor"."""
        marks = ", ".join("?" * len(said))
        rows = self._rows(
            f"SELECT id, {FIELDS} FROM package"  # noqa: S608 - constants
            f" WHERE id IN (SELECT package FROM provides WHERE name IN ({marks}))"
            " ORDER BY popularity DESC LIMIT ?",
            [*said, POOL],
        )
        return {row[0]: _package(row[1:]) for row in rows}

    def _select(self, clause: str, values: list[str]) -> list[Package]:
        rows = self._rows(f"SELECT {FIELDS} FROM package {clause}", values)  # noqa: S608
        return [_package(row) for row in rows]

    def _rows(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        if not self._db:
            return []
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _package(row: tuple[Any, ...]) -> Package:
    *texts, essential, popularity = row
    values: list[Any] = [*texts, bool(essential), popularity]
    return Package(*values)
