"""Ranks packages for a request: what its words say of each, what each is, what is curated.

The pool comes from the index's words, from the catalogue and from names; every candidate
becomes a few numbers between 0 and about 1, and ``weights.py`` says what each counts.
Deterministic; reads the index, knows no model.
"""

from __future__ import annotations

import math
import re
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cortex_cli.index import fill, kinds
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.tokens import SMALL
from cortex_cli.language.words import words
from cortex_cli.packages import intent_features
from cortex_cli.packages.weights import WEIGHTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from cortex_cli.language.terms import Term
    from cortex_cli.packages.intents import Match

# A hit in the short description says most about a package.
COLUMN_WEIGHTS = "2.0, 4.0, 1.0, 2.0, 2.0"
# Which candidates are worth a closer look; the features decide among them.
POOL = 80
POOL_POPULARITY, POOL_CURATED = 0.7, 1.0
OTHER_POOL = 30
MAX_TERMS = 16
VAGUE_FACTOR = 0.4
MIN_BEGINNING = 4
# Not learned: who writes "nginx-common" means that, and no training request has such a name.
NAMED_BONUS = 8.0
# Not learned: requests for such packages say so.
KIND_PENALTIES = {
    kinds.PROGRAM: 0.0,
    kinds.LIBRARY: 2.5,
    kinds.DEVELOPMENT: 4.0,
    kinds.DOCUMENTATION: 4.0,
    kinds.DATA: 3.0,
    kinds.DEBUG: 8.0,
    kinds.TRANSITIONAL: 8.0,
}
KIND_WORDS = {
    stem(word): kind
    for kind, said in {
        kinds.LIBRARY: "library libraries module modules bindings plugin plugins extension",
        kinds.DEVELOPMENT: "headers development dev",
        kinds.DOCUMENTATION: "documentation docs manual handbook examples",
        kinds.DATA: "font fonts theme themes icons data locale common",
        kinds.DEBUG: "dbg dbgsym symbols",
        kinds.TRANSITIONAL: "transitional",
    }.items()
    for word in said.split()
}
SMALL_STEMS = frozenset(stem(word) for word in SMALL)
_NAME_PART = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Candidate:
    """A package in the pool while it is judged."""

    number: int
    name: str
    kind: str
    section: str
    short: str
    tags: str
    popularity: float
    curated: float
    word: float = 0.0
    long: str = ""
    said: frozenset[str] = frozenset()  # the stems of its short description


@dataclass(frozen=True, slots=True)
class Ranked:
    """A package with its features.

    ``covered`` is the share of the terms it has, ``curated`` how surely the catalogue means
    it; both 0 to 1.
    """

    number: int
    name: str
    score: float
    covered: float
    curated: float
    features: dict[str, float]


class Ranker:
    """Ranking over one index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @cached_property
    def _sizes(self) -> tuple[int, int, bytes]:
        """Packages, programs among them, and what zlib is handed."""
        meta = dict(self._db.execute("SELECT key, value FROM meta"))
        words_of = self._db.execute("SELECT words FROM dictionary").fetchone()[0]
        return int(meta["packages"]), int(meta["programs"]), words_of

    def rank(
        self, said: Sequence[Term], matches: Sequence[Match], named: Collection[str] = ()
    ) -> list[Ranked]:
        """Every package worth naming, best first; ``named`` are words that may be names."""
        said = said[:MAX_TERMS]
        if not said:
            return []
        meant = intent_features.features(matches)
        asked_kinds = {KIND_WORDS[term.stem] for term in said if term.stem in KIND_WORDS}
        pool = self._pool(said, {*meant, *named}, wider=bool(asked_kinds))
        provided = self._provided(said)
        rarity = self._rarity([term.stem for term in said])
        best_word = max((found.word for found in pool), default=0.0) or 1.0
        longs = self._longs(pool)
        for found in pool:
            found.said = frozenset(stem(word) for word in words(found.short))
            found.long = longs.get(found.number, "")
        self._rarity({root for found in pool for root in found.said})  # all in one go
        ranked = []
        for found in pool:
            features, covered = self._features(found, said, rarity, best_word)
            if found.name in named:
                covered = 1.0
            features["exact"] = max(features["exact"], float(found.name in named))
            features["provides"] = float(found.number in provided)
            features |= meant.get(found.name, intent_features.ABSENT)
            score = weighed(features) + NAMED_BONUS * (found.name in named)
            if found.kind not in asked_kinds and not features["exact"]:
                penalty = KIND_PENALTIES[found.kind]
                score -= penalty * (1 - min(1.0, features["catalogue"]))
            sure = features["catalogue"]
            ranked.append(Ranked(found.number, found.name, score, covered, sure, features))
        ranked.sort(key=lambda one: (-one.score, one.name))
        return ranked

    def _pool(
        self, said: Sequence[Term], names: Collection[str], *, wider: bool
    ) -> list[Candidate]:
        telling = [term for term in said if term.stem not in VAGUE]
        asked = telling if len(telling) > 1 else said
        surfaces = [one for term in asked for one in term.surfaces]
        parts = [part for one in surfaces for part in _NAME_PART.findall(one)]
        query = " OR ".join(f'"{part}"' for part in dict.fromkeys(parts))
        _, programs, _ = self._sizes
        found = self._searched(query, f"words.rowid <= {programs}", POOL) if query else {}
        if query and (wider or len(found) < OTHER_POOL):
            found |= self._searched(query, f"words.rowid > {programs}", OTHER_POOL)
        wanted = {*names, *surfaces, "-".join(parts), "".join(parts)}
        marks = ", ".join("?" * len(wanted))
        rows = self._rows(f"WHERE name IN ({marks})", list(wanted))
        for row in rows:
            found.setdefault(row[0], Candidate(*row))
        return list(found.values())

    def _searched(self, query: str, where: str, limit: int) -> dict[int, Candidate]:
        rows = self._query(
            "SELECT id, package.name, kind, section, package.short, package.tags,"  # noqa: S608
            " popularity, curated,"
            f" -bm25(words, {COLUMN_WEIGHTS}) AS score"
            " FROM words JOIN package ON id = words.rowid"
            f" WHERE words MATCH ? AND {where}"
            f" ORDER BY score + {POOL_POPULARITY} * popularity + {POOL_CURATED} * curated DESC"
            " LIMIT ?",
            [query, limit],
        )
        return {row[0]: Candidate(*row) for row in rows}

    def _features(
        self, found: Candidate, said: Sequence[Term], rarity: dict[str, float], best_word: float
    ) -> tuple[dict[str, float], float]:
        """The candidate's features, and the share of the terms that it has."""
        total = sum(rarity.values()) or 1.0
        in_name = {stem(part) for part in _NAME_PART.findall(found.name)} | {stem(found.name)}
        in_short = found.said
        in_tags = {stem(word) for word in found.tags.split()}
        name = short = tags = anywhere = exact = begins = 0.0
        hit = set()
        count = 0
        forms_of = {term.stem: {term.stem, *map(stem, term.surfaces)} for term in said}
        for term in said:
            forms = forms_of[term.stem]
            weight = rarity[term.stem] / total
            name += weight * bool(forms & in_name)
            short += weight * bool(forms & in_short)
            tags += weight * bool(forms & in_tags)
            seen = bool(forms & (in_name | in_short | in_tags))
            seen = seen or any(form in found.long for form in forms if len(form) > 2)
            anywhere += weight * seen
            count += seen
            hit |= forms & in_short
            exact = max(exact, weight * (found.name in term.surfaces))
            begins += weight * (
                len(term.stem) >= MIN_BEGINNING and found.name.startswith(term.stem)
            )
        spoken = self._rarity(in_short)
        precise = sum(spoken[one] for one in hit) / (sum(spoken.values()) or 1.0)
        # How nearly the request is the description: an application's own words.
        told = found.said - SMALL_STEMS
        shared = sum(bool(forms & told) for forms in forms_of.values())
        same = 2 * shared / (len(forms_of) + len(told))
        section = kinds.SECTION_STEMS.get(found.section.rpartition("/")[2], frozenset())
        features = {
            "word": found.word / best_word,
            "name": name,
            "short": short,
            "tags": tags,
            "anywhere": anywhere,
            "precise": precise,
            "both": short * precise,
            "same": same,
            "same_3": same**3,
            "same_6": same**6,
            "exact": exact,
            "begins": begins,
            "section": sum(rarity[term.stem] for term in said if term.stem in section) / total,
            "popularity": found.popularity,
            "curated": found.curated,
            "hyphens": float(min(3, found.name.count("-"))),
        }
        return features, count / len(said)

    def _longs(self, pool: Sequence[Candidate]) -> dict[int, str]:
        """The long descriptions of the pool, in lower case."""
        marks = ", ".join("?" * len(pool))
        rows = self._query(
            f"SELECT package, long FROM description WHERE package IN ({marks})"  # noqa: S608
            " AND language = 'en'",
            [found.number for found in pool],
        )
        return {number: fill.unpacked(long, self._sizes[2]).lower() for number, long in rows}

    def _rarity(self, roots: Iterable[str]) -> dict[str, float]:
        """How much each stem tells, by its rarity among the packages."""
        packages = self._sizes[0]
        missing = [root for root in roots if root not in self._counts]
        if missing:
            marks = ", ".join("?" * len(missing))
            query = f"SELECT term, packages FROM vocabulary WHERE term IN ({marks})"  # noqa: S608
            counts = dict(self._query(query, missing))
            for root in missing:
                weight = math.log(1 + packages / (1 + counts.get(root, 0)))
                self._counts[root] = weight * (VAGUE_FACTOR if root in VAGUE else 1.0)
        return {root: self._counts[root] for root in roots}

    @cached_property
    def _counts(self) -> dict[str, float]:
        return {}

    def _provided(self, said: Sequence[Term]) -> set[int]:
        """The packages that provide one of the words: "httpd", "editor"."""
        names = [one for term in said for one in term.surfaces]
        marks = ", ".join("?" * len(names))
        query = f"SELECT package FROM provides WHERE name IN ({marks})"  # noqa: S608
        return {row[0] for row in self._query(query, names)}

    def _rows(self, clause: str, values: list[str]) -> list[tuple[Any, ...]]:
        fields = "id, name, kind, section, short, tags, popularity, curated"
        return self._query(f"SELECT {fields} FROM package {clause}", values)  # noqa: S608

    def _query(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def weighed(features: dict[str, float]) -> float:
    """What the features count together."""
    return sum(WEIGHTS[name] * value for name, value in features.items())
