"""Matches a request with the catalogue's intents, and scores each match.

A phrase matches by the terms it shares with the request, each weighted by how rare it is in the
catalogue; terms that only one of them has count against it.  An unknown word may be a misspelling
of a known one.  Deterministic; reads the index, knows no model.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from cortex_cli.language.terms import VAGUE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from cortex_cli.language.terms import Term

# A term that only the request has weighs less than the reverse: people add detail.
REQUEST_SHARE = 0.5
# How much the intent's other phrases may compensate for what the best one lacks.
INTENT_SHARE = 0.35
# A term in two phrases of an intent is more typical of it than a term in one.
SECOND_SHARE = 0.1
VAGUE_FACTOR = 0.35
# The weight of a word that the catalogue lacks: it may matter, or be chatter.
UNKNOWN_WEIGHT = 3.0
MIN_CORRECTED_CHARS = 4
CORRECTION_CUTOFF = 0.82
MAX_MATCHES = 8
# A package counts less the further down its intent's list it is.
POSITION_DECAY = 0.85


@dataclass(frozen=True, slots=True)
class Match:
    """An intent that a request may mean; ``score`` is 1 if a phrase says exactly the same."""

    intent: str
    packages: tuple[str, ...]
    score: float


class Catalogue:
    """The compiled catalogue in the index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @cached_property
    def _intents(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM intent").fetchone()[0])

    def match(
        self, wanted: Sequence[Term], *, without: str = "", limit: int = MAX_MATCHES
    ) -> list[Match]:
        """Return the intents that fit ``wanted``, best first; phrase ``without`` is ignored."""
        roots = [self._correct(term.stem) for term in wanted]
        weights = self._weigh_stems(roots)
        total = sum(weights[root] for root in roots)
        if not total:
            return []
        best: defaultdict[int, list[float]] = defaultdict(list)
        terms_of: defaultdict[int, set[str]] = defaultdict(set)
        for intent, phrase in self._phrases(roots):
            if phrase == without:
                continue
            words = phrase.split()
            score = self._score(roots, words, weights, total)
            best[intent].append(score)
            terms_of[intent].update(words)
        scored = []
        for intent, scores in best.items():
            score, second = sorted([*scores, 0.0], reverse=True)[:2]
            score = (1 - SECOND_SHARE) * score + SECOND_SHARE * second
            covered = sum(weights[root] for root in roots if root in terms_of[intent]) / total
            scored.append((score + INTENT_SHARE * (1 - score) * score * covered, intent))
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [self._make_match(intent, score) for score, intent in scored[:limit]]

    def find_similar(self, name: str) -> list[str]:
        """Return what stands beside package ``name`` in intents, the nearest first."""
        near: defaultdict[str, float] = defaultdict(float)
        for (names,) in self._db.execute("SELECT packages FROM intent"):
            packages = names.split()
            if name in packages:
                own = packages.index(name)
                for place, other in enumerate(packages):
                    near[other] += POSITION_DECAY ** (own + place)
        near.pop(name, None)
        return sorted(near, key=lambda other: (-near[other], other))

    def _score(
        self, roots: list[str], words: list[str], weights: dict[str, float], total: float
    ) -> float:
        shared = sum(weights[root] for root in roots if root in words)
        own = sum(self._rarity[word] for word in words)
        return shared / (REQUEST_SHARE * total + (1 - REQUEST_SHARE) * own)

    def _phrases(self, roots: Sequence[str]) -> list[tuple[int, str]]:
        marks = ", ".join("?" * len(roots))
        query = (
            "SELECT intent, terms FROM phrase WHERE id IN"  # noqa: S608 - marks only
            f" (SELECT phrase FROM phrase_term WHERE term IN ({marks}))"
        )
        return self._db.execute(query, list(roots)).fetchall()

    def _weigh_stems(self, roots: Sequence[str]) -> dict[str, float]:
        """Return the weight of each stem, by its rarity in the catalogue."""
        return {root: self._rarity.get(root) or _weigh(root, UNKNOWN_WEIGHT) for root in roots}

    @cached_property
    def _rarity(self) -> dict[str, float]:
        rows = self._db.execute("SELECT term, intents FROM vocabulary WHERE intents > 0")
        return {root: _weigh(root, math.log(1 + self._intents / count)) for root, count in rows}

    def _correct(self, root: str) -> str:
        """Return ``root``, or the known stem that it seems to be a misspelling of."""
        if len(root) < MIN_CORRECTED_CHARS or not root.isalpha():
            return root
        if self._db.execute("SELECT 1 FROM vocabulary WHERE term = ?", [root]).fetchone():
            return root
        rows = self._db.execute(
            "SELECT term FROM vocabulary WHERE intents > 0 AND length(term) BETWEEN ? AND ?"
            " AND substr(term, 1, 1) = ?",
            (len(root) - 2, len(root) + 2, root[0]),
        )
        near = get_close_matches(root, (row[0] for row in rows), n=1, cutoff=CORRECTION_CUTOFF)
        return near[0] if near else root

    def _make_match(self, intent: int, score: float) -> Match:
        name, packages = self._db.execute(
            "SELECT name, packages FROM intent WHERE id = ?", [intent]
        ).fetchone()
        return Match(name, tuple(packages.split()), round(min(score, 1.0), 4))


def _weigh(root: str, rarity: float) -> float:
    return rarity * (VAGUE_FACTOR if root in VAGUE else 1.0)
