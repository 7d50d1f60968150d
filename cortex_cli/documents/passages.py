"""Which paragraphs of a text answer a question.  Pure: terms and texts in, paragraphs out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.words import EVERYDAY, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.language.terms import Term

MAX_PARAGRAPHS = 3
# Longer paragraphs have more words whatever they are about.
USUAL_CHARS = 240
# Scattered over more paragraphs, the words of a question are about several things.
COUNTED = 2
# An option is something to do; a paragraph that begins with what is asked for explains it.
OPTION_BONUS, LABEL_BONUS = 0.1, 0.3
# What a question is about is said by rare words; these are in every manual.
VAGUE_SHARE = 0.4
# Said of how the answer should look, or of any program.
SILENT = frozenset(
    stem(word)
    for word in """
    option options flag flags switch parameter command commands see look tell know way possible
    argument terminal shell value certain given specific currently every
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
ASKS_FOR_OPTION = frozenset(
    stem(word) for word in ("option", "options", "flag", "switch", "opción", "opcion")
)
# Forms of a word share these letters.
BEGINNING = 4
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True)  # no slots: what is worked out once is kept
class Wanted:
    """What a question says: its terms with what each tells, in shares of 1."""

    shares: Mapping[str, float]
    forms_of: Mapping[str, tuple[str, ...]]
    an_option: bool

    @classmethod
    def of(cls, said: Sequence[Term], rarity: Mapping[str, float]) -> Self:
        """Weigh ``said``; what every manual says counts little or nothing."""
        telling = [term for term in said if term.stem not in SILENT] or list(said)
        weights = {
            term.stem: rarity.get(term.stem, 1.0) * (VAGUE_SHARE if _vague(term) else 1.0)
            for term in telling
        }
        total = sum(weights.values()) or 1.0
        return cls(
            {root: weight / total for root, weight in weights.items()},
            {term.stem: tuple(cls.forms(term)) for term in telling},
            any(term.stem in ASKS_FOR_OPTION for term in said),
        )

    @staticmethod
    def forms(term: Term) -> list[str]:
        """How a term is asked for in full-text search, one phrase a form."""
        said = (_PART.findall(one) for one in (*term.surfaces, term.stem))
        return list(dict.fromkeys(f'"{" ".join(parts)}"' for parts in said if parts))

    def queries(self) -> list[tuple[str, float]]:
        """Each term's query, and its share."""
        return [
            (" OR ".join(forms), self.shares[root])
            for root, forms in self.forms_of.items()
            if forms
        ]

    def says(self, text: str) -> bool:
        """True if ``text`` has anything of the question."""
        return bool(self._said(text))

    def telling(self, summary: str, paragraphs: Sequence[str]) -> tuple[tuple[str, ...], float]:
        """The paragraphs that answer, best first, and how much they say with the summary."""
        said = {
            place: hits
            for place, paragraph in enumerate(paragraphs)
            if self._likely is not None
            and self._likely.search(paragraph.lower())
            and (hits := self._said(paragraph))
        }
        chosen: list[int] = []
        covered = self._said(summary)
        for _ in range(min(MAX_PARAGRAPHS, len(said))):
            best = max(
                (place for place in said if place not in chosen),
                key=lambda place: (self._worth(paragraphs[place], said[place], covered), -place),
            )
            chosen.append(best)
            if len(chosen) <= COUNTED:
                covered |= said[best]
        return tuple(paragraphs[place] for place in chosen), self._share(covered)

    def _worth(self, paragraph: str, hits: set[str], covered: set[str]) -> float:
        """What a paragraph adds: what nothing said before counts twice."""
        worth = self._share(hits) + self._share(hits - covered)
        worth /= 1 + len(paragraph) / USUAL_CHARS / 8
        worth += LABEL_BONUS * self._share(self._said(paragraph.partition(" ")[0]))
        is_option = paragraph.startswith("-")
        return worth + OPTION_BONUS * is_option if is_option or not self.an_option else worth / 2

    @cached_property
    def _likely(self) -> re.Pattern[str] | None:
        """Finds the beginnings of what is wanted: most paragraphs need no closer look."""
        parts = {_PART.findall(form)[0].lower() for each in self.forms_of.values() for form in each}
        beginnings = {part[:BEGINNING] for part in parts}
        return re.compile("|".join(sorted(map(re.escape, beginnings)))) if beginnings else None

    def _share(self, roots: set[str]) -> float:
        return sum(self.shares[root] for root in roots)

    def _said(self, text: str) -> set[str]:
        stems = {stem(word) for word in _words(text)}
        return {
            root
            for root, forms in self.forms_of.items()
            if root in stems or any(self._has(form, text, stems) for form in forms)
        }

    @staticmethod
    def _has(form: str, text: str, stems: set[str]) -> bool:
        parts = form.strip('"').split()
        if len(parts) == 1:
            return stem(parts[0]) in stems
        return all(stem(part) in stems for part in parts) and form.strip('"') in text.lower()


def _words(text: str) -> Iterator[str]:
    for word in words(text):
        yield word
        yield from _PART.findall(word)


def _vague(term: Term) -> bool:
    return term.stem in VAGUE or any(word in EVERYDAY for word in term.surfaces)
