"""A question, taken apart once: its words, its terms, its language.

Everything that looks something up for a question takes this object, never its text: each part
is worked out when it is first needed, and kept.  Pure; knows no package and no manual.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cortex_cli.language.detection import guess_language
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import Term, terms
from cortex_cli.language.words import SCAFFOLDING, words

# To manuals this is a program and what it does; in a request for a package, a small word.
MEANINGFUL_TO_MANUALS = frozenset({"sort"})


@dataclass(frozen=True)  # no slots: what is worked out once is kept
class Question:
    """What a person asks, in their own words."""

    text: str

    def __str__(self) -> str:
        return self.text

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word in lower case, in order."""
        return tuple(words(self.text))

    @cached_property
    def word_set(self) -> frozenset[str]:
        """The words, each once."""
        return frozenset(self.words)

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words that carry the meaning, each once, in order."""
        return tuple(dict.fromkeys(word for word in self.words if word not in SCAFFOLDING))

    @cached_property
    def language(self) -> str:
        """The language to answer in, by the small words; English by default."""
        return guess_language(self.text)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """What the question says, as English stems."""
        return tuple(terms(self.text))

    @cached_property
    def manual_terms(self) -> tuple[Term, ...]:
        """The terms to look for in manuals."""
        roots = {term.stem for term in self.terms}
        more = [
            Term(stem(word), (word,))
            for word in dict.fromkeys(self.words)
            if word in MEANINGFUL_TO_MANUALS and stem(word) not in roots
        ]
        return (*self.terms, *more)
