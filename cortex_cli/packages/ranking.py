"""Ranks packages for a request, by its words, the kind of package and the catalogue.

Candidates come from the index's words, from the catalogue and from names.  Each gets features
between 0 and about 1, and ``weights.py`` has the weight of each feature.  Deterministic; reads the
index, knows no model.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cortex_cli.expressions import expression
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
# How many candidates are examined; the features decide among them.
MAX_PROGRAMS = 80
POOL_POPULARITY, POOL_CURATED = 0.7, 1.0
MAX_OTHERS = 30
MAX_TERMS = 16
VAGUE_FACTOR = 0.4
MIN_BEGINNING = 4
# Not learned: "nginx-common" means that package, and no training request has such a name.
NAMED_BONUS = 8.0
# Not learned: a request for such a package names its kind.
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
    for kind, names in {
        kinds.LIBRARY: "library libraries module modules bindings plugin plugins extension",
        kinds.DEVELOPMENT: "headers development dev",
        kinds.DOCUMENTATION: "documentation docs manual handbook examples",
        kinds.DATA: "font fonts theme themes icons data locale common",
        kinds.DEBUG: "dbg dbgsym symbols",
        kinds.TRANSITIONAL: "transitional",
    }.items()
    for word in names.split()
}
SMALL_STEMS = frozenset(stem(word) for word in SMALL)
_NAME_PARTS = expression(r"[^\W_]+")


@dataclass(slots=True)
class Candidate:
    """A package in the pool."""

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
    short_stems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RankedPackage:
    """A package with its features.

    ``covered`` is the share of the terms that it has, ``curated`` how surely the catalogue
    means it; both 0 to 1.
    """

    number: int
    name: str
    score: float
    covered: float
    curated: float
    features: dict[str, float]


class Ranker:
    """Ranks the packages of one index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @cached_property
    def _meta(self) -> tuple[int, int, bytes]:
        """The number of packages, of programs among them, and zlib's dictionary."""
        meta = dict(self._db.execute("SELECT key, value FROM meta"))
        words_of = self._db.execute("SELECT words FROM dictionary").fetchone()[0]
        return int(meta["packages"]), int(meta["programs"]), words_of

    def rank(
        self, wanted: Sequence[Term], matches: Sequence[Match], named: Collection[str] = ()
    ) -> list[RankedPackage]:
        """Return every candidate, best first; ``named`` are words that may be package names."""
        wanted = wanted[:MAX_TERMS]
        if not wanted:
            return []
        curated = intent_features.compute_features(matches)
        asked_kinds = {KIND_WORDS[term.stem] for term in wanted if term.stem in KIND_WORDS}
        pool = self._collect_pool(wanted, {*curated, *named}, wider=bool(asked_kinds))
        provided = self._find_providers(wanted)
        weights = self._weigh_stems([term.stem for term in wanted])
        best_word = max((candidate.word for candidate in pool), default=0.0) or 1.0
        descriptions = self._read_descriptions(pool)
        for candidate in pool:
            candidate.short_stems = frozenset(stem(word) for word in words(candidate.short))
            candidate.long = descriptions.get(candidate.number, "")
        # One query for all of them; the result is cached.
        self._weigh_stems({root for candidate in pool for root in candidate.short_stems})
        ranked = []
        for candidate in pool:
            features, covered = self._compute_features(candidate, wanted, weights, best_word)
            name = candidate.name
            if name in named:
                covered = 1.0
            features["exact"] = max(features["exact"], float(name in named))
            features["provides"] = float(candidate.number in provided)
            features |= curated.get(name, intent_features.ABSENT)
            score = weigh(features) + NAMED_BONUS * (name in named)
            if candidate.kind not in asked_kinds and not features["exact"]:
                penalty = KIND_PENALTIES[candidate.kind]
                score -= penalty * (1 - min(1.0, features["catalogue"]))
            certainty = features["catalogue"]
            ranked.append(
                RankedPackage(candidate.number, name, score, covered, certainty, features)
            )
        ranked.sort(key=lambda package: (-package.score, package.name))
        return ranked

    def _collect_pool(
        self, wanted: Sequence[Term], names: Collection[str], *, wider: bool
    ) -> list[Candidate]:
        specific = [term for term in wanted if term.stem not in VAGUE]
        terms = specific if len(specific) > 1 else wanted
        surfaces = [surface for term in terms for surface in term.surfaces]
        parts = [part for surface in surfaces for part in _NAME_PARTS.findall(surface)]
        query = " OR ".join(f'"{part}"' for part in dict.fromkeys(parts))
        _, programs, _ = self._meta
        pool = self._search(query, f"words.rowid <= {programs}", MAX_PROGRAMS) if query else {}
        if query and (wider or len(pool) < MAX_OTHERS):
            pool |= self._search(query, f"words.rowid > {programs}", MAX_OTHERS)
        possible = {*names, *surfaces, "-".join(parts), "".join(parts)}
        marks = ", ".join("?" * len(possible))
        for row in self._select(f"WHERE name IN ({marks})", list(possible)):
            pool.setdefault(row[0], Candidate(*row))
        return list(pool.values())

    def _search(self, query: str, where: str, limit: int) -> dict[int, Candidate]:
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

    def _compute_features(
        self,
        candidate: Candidate,
        wanted: Sequence[Term],
        weights: dict[str, float],
        best_word: float,
    ) -> tuple[dict[str, float], float]:
        """Return the candidate's features, and the share of the terms that it has."""
        total = sum(weights.values()) or 1.0
        in_name = {stem(part) for part in _NAME_PARTS.findall(candidate.name)}
        in_name.add(stem(candidate.name))
        in_short = candidate.short_stems
        in_tags = {stem(word) for word in candidate.tags.split()}
        name = short = tags = anywhere = exact = begins = 0.0
        count = 0
        forms_of = {term.stem: {term.stem, *map(stem, term.surfaces)} for term in wanted}
        for term in wanted:
            forms = forms_of[term.stem]
            weight = weights[term.stem] / total
            name += weight * bool(forms & in_name)
            short += weight * bool(forms & in_short)
            tags += weight * bool(forms & in_tags)
            occurs = bool(forms & (in_name | in_short | in_tags))
            occurs = occurs or any(form in candidate.long for form in forms if len(form) > 2)
            anywhere += weight * occurs
            count += occurs
            exact = max(exact, weight * (candidate.name in term.surfaces))
            begins += weight * (
                len(term.stem) >= MIN_BEGINNING and candidate.name.startswith(term.stem)
            )
        precise = self._measure_precision(in_short, set().union(*forms_of.values()))
        section = kinds.SECTION_STEMS.get(candidate.section.rpartition("/")[2], frozenset())
        features = {
            "word": candidate.word / best_word,
            "name": name,
            "short": short,
            "tags": tags,
            "anywhere": anywhere,
            "precise": precise,
            "both": short * precise,
            **_compute_similarity(in_short, list(forms_of.values())),
            "exact": exact,
            "begins": begins,
            "section": sum(weights[term.stem] for term in wanted if term.stem in section) / total,
            "popularity": candidate.popularity,
            "curated": candidate.curated,
            "hyphens": float(min(3, candidate.name.count("-"))),
        }
        return features, count / len(wanted)

    def _measure_precision(self, described: frozenset[str], wanted: set[str]) -> float:
        """Return the share of a short description, by weight, that the request asks for."""
        weights = self._weigh_stems(described)
        shared = sum(weights[root] for root in described & wanted)
        return shared / (sum(weights.values()) or 1.0)

    def _read_descriptions(self, pool: Sequence[Candidate]) -> dict[int, str]:
        """Return the long descriptions of the pool, in lower case."""
        marks = ", ".join("?" * len(pool))
        rows = self._query(
            f"SELECT package, long FROM description WHERE package IN ({marks})"  # noqa: S608
            " AND language = 'en'",
            [candidate.number for candidate in pool],
        )
        return {number: fill.decompress(long, self._meta[2]).lower() for number, long in rows}

    def _weigh_stems(self, roots: Iterable[str]) -> dict[str, float]:
        """Return the weight of each stem, by its rarity among the packages."""
        packages = self._meta[0]
        missing = [root for root in roots if root not in self._weights]
        if missing:
            marks = ", ".join("?" * len(missing))
            query = f"SELECT term, packages FROM vocabulary WHERE term IN ({marks})"  # noqa: S608
            counts = dict(self._query(query, missing))
            for root in missing:
                weight = math.log(1 + packages / (1 + counts.get(root, 0)))
                self._weights[root] = weight * (VAGUE_FACTOR if root in VAGUE else 1.0)
        return {root: self._weights[root] for root in roots}

    @cached_property
    def _weights(self) -> dict[str, float]:
        return {}

    def _find_providers(self, wanted: Sequence[Term]) -> set[int]:
        """Return the packages that provide one of the words: "httpd", "editor"."""
        names = [surface for term in wanted for surface in term.surfaces]
        marks = ", ".join("?" * len(names))
        query = f"SELECT package FROM provides WHERE name IN ({marks})"  # noqa: S608
        return {row[0] for row in self._query(query, names)}

    def _select(self, clause: str, values: list[str]) -> list[tuple[Any, ...]]:
        fields = "id, name, kind, section, short, tags, popularity, curated"
        return self._query(f"SELECT {fields} FROM package {clause}", values)  # noqa: S608

    def _query(self, query: str, values: Sequence[str | int]) -> list[tuple[Any, ...]]:
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def weigh(features: dict[str, float]) -> float:
    """Return the weighted sum of the features."""
    return sum(WEIGHTS[name] * value for name, value in features.items())


def _compute_similarity(described: frozenset[str], forms: Sequence[set[str]]) -> dict[str, float]:
    """Return how nearly a request is the short description: an application's own words."""
    described -= SMALL_STEMS
    shared = sum(bool(term & described) for term in forms)
    same = 2 * shared / (len(forms) + len(described))
    return {"same": same, "same_3": same**3, "same_6": same**6}
