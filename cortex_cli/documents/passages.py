"""Selects the paragraphs of a text that answer a question.

Pure: terms and texts in, paragraphs out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from cortex_cli.expressions import expression
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.words import EVERYDAY, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.language.terms import Term

MAX_PARAGRAPHS = 3
# Longer paragraphs match more words, whatever they are about.
TYPICAL_CHARS = 240
# Terms scattered over more paragraphs than this are about different things.
MAX_COUNTED = 2
# An option is something to do; a paragraph that starts with a term explains it.
OPTION_BONUS, LABEL_BONUS = 0.1, 0.3
# Rare words say what a question is about; these are in every manual.
VAGUE_SHARE = 0.4
# These describe the answer, or any program.
UNINFORMATIVE = frozenset(
    stem(word)
    for word in """
    option options flag flags switch parameter command commands see look tell know way possible
    argument terminal shell value certain given specific currently every
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
OPTION_STEMS = frozenset(
    stem(word) for word in ("option", "options", "flag", "switch", "opción", "opcion")
)
# All forms of a word start with the same letters, this many.
PREFIX_CHARS = 4
_PART = expression(r"[^\W_]+")


@dataclass(frozen=True)  # no slots: cached properties need __dict__
class WeightedTerms:
    """The terms of a question and the weight of each; the weights add up to 1."""

    shares: Mapping[str, float]
    phrases_of: Mapping[str, tuple[str, ...]]
    asks_for_option: bool

    @classmethod
    def weigh(cls, terms: Sequence[Term], rarity: Mapping[str, float]) -> Self:
        """Weigh ``terms`` by ``rarity``; words of every manual count little or nothing."""
        kept = [term for term in terms if term.stem not in UNINFORMATIVE] or list(terms)
        weights = {
            term.stem: rarity.get(term.stem, 1.0) * (VAGUE_SHARE if _is_vague(term) else 1.0)
            for term in kept
        }
        total = sum(weights.values()) or 1.0
        return cls(
            {root: weight / total for root, weight in weights.items()},
            {term.stem: tuple(cls.build_phrases(term)) for term in kept},
            any(term.stem in OPTION_STEMS for term in terms),
        )

    @staticmethod
    def build_phrases(term: Term) -> list[str]:
        """Return the full-text search phrases for a term, one for each of its forms."""
        forms = (_PART.findall(form) for form in (*term.surfaces, term.stem))
        return list(dict.fromkeys(f'"{" ".join(parts)}"' for parts in forms if parts))

    def build_queries(self) -> list[tuple[str, float]]:
        """Return the search query and the weight of each term."""
        return [
            (" OR ".join(phrases), self.shares[root])
            for root, phrases in self.phrases_of.items()
            if phrases
        ]

    def occurs_in(self, text: str) -> bool:
        """True if ``text`` has any of the terms."""
        return bool(self._find_terms(text))

    def select_paragraphs(
        self, summary: str, paragraphs: Sequence[str]
    ) -> tuple[tuple[str, ...], float]:
        """Return the best paragraphs, best first, and how much they cover with the summary.

        The coverage is the total weight of the terms that occur, 0 to 1.
        """
        terms_of = {
            position: terms
            for position, paragraph in enumerate(paragraphs)
            if self._prefilter is not None
            and self._prefilter.search(paragraph.lower())
            and (terms := self._find_terms(paragraph))
        }
        chosen: list[int] = []
        covered = self._find_terms(summary)
        for _ in range(min(MAX_PARAGRAPHS, len(terms_of))):
            best = max(
                (position for position in terms_of if position not in chosen),
                key=lambda position: (
                    self._score_paragraph(paragraphs[position], terms_of[position], covered),
                    -position,
                ),
            )
            chosen.append(best)
            if len(chosen) <= MAX_COUNTED:
                covered |= terms_of[best]
        return tuple(paragraphs[position] for position in chosen), self._sum_shares(covered)

    def _score_paragraph(self, paragraph: str, terms: set[str], covered: set[str]) -> float:
        """Score a paragraph; terms that are not covered yet count twice."""
        score = self._sum_shares(terms) + self._sum_shares(terms - covered)
        score /= 1 + len(paragraph) / TYPICAL_CHARS / 8
        score += LABEL_BONUS * self._sum_shares(self._find_terms(paragraph.partition(" ")[0]))
        is_option = paragraph.startswith("-")
        if self.asks_for_option and not is_option:
            return score / 2
        return score + OPTION_BONUS * is_option

    @cached_property
    def _prefilter(self) -> re.Pattern[str] | None:
        """Finds the prefixes of the terms: most paragraphs have none and need no closer look."""
        prefixes = {
            _PART.findall(phrase)[0].lower()[:PREFIX_CHARS]
            for phrases in self.phrases_of.values()
            for phrase in phrases
        }
        return re.compile("|".join(sorted(map(re.escape, prefixes)))) if prefixes else None

    def _sum_shares(self, roots: set[str]) -> float:
        return sum(self.shares[root] for root in roots)

    def _find_terms(self, text: str) -> set[str]:
        stems = {stem(word) for word in _split_words(text)}
        return {
            root
            for root, phrases in self.phrases_of.items()
            if root in stems or any(self._contains(phrase, text, stems) for phrase in phrases)
        }

    @staticmethod
    def _contains(phrase: str, text: str, stems: set[str]) -> bool:
        parts = phrase.strip('"').split()
        if len(parts) == 1:
            return stem(parts[0]) in stems
        return all(stem(part) in stems for part in parts) and phrase.strip('"') in text.lower()


def _split_words(text: str) -> Iterator[str]:
    for word in words(text):
        yield word
        yield from _PART.findall(word)


def _is_vague(term: Term) -> bool:
    return term.stem in VAGUE or any(word in EVERYDAY for word in term.surfaces)
