"""Turns a request in any of the languages into terms: English stems.

"un tableur", "hoja de cálculo" and "spread sheet" all become ``spreadsheet``.  Requests and
the catalogue's phrases both pass through here, so they can be compared.  Pure; knows no package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.language import glossary
from cortex_cli.language.stems import fold, stem
from cortex_cli.language.tokens import ELISION, MEANINGFUL, tokens
from cortex_cli.language.words import FRENCH, LANGUAGES, SPANISH, small_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# These apply to almost anything, so they say little about what is wanted.
VAGUE = frozenset(
    stem(word)
    for word in """
    free open source linux debian simple easy new modern powerful local own personal different big
    large small light fast old lightweight machine system computer run running make create manage
    file files data manager client multiple
    keep see look show know tell turn try let put take go come give bad good quick nice cheap whole
    single same other boss friend wife husband mother father daughter grandma wait happen
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a request says; ``surfaces`` are the words that lists may use for it."""

    stem: str
    surfaces: tuple[str, ...]


def terms(text: str, language: str | None = None) -> list[Term]:
    """Return the terms of ``text``, each once, in order."""
    known = glossary.translations(language or language_of(text))
    pairs = [(word, (word,)) for word in tokens(text)]
    translated = _replace(pairs, known)
    terms_by_root: dict[str, Term] = {}
    for word, surfaces in _replace(translated, glossary.synonyms()):
        root = stem(word)
        others = glossary.alternatives().get(root, ())
        merged = tuple(dict.fromkeys((*surfaces, word, *others)))
        terms_by_root.setdefault(root, Term(root, merged))
    return list(terms_by_root.values())


def stems(text: str, language: str | None = None) -> list[str]:
    """Return the stems of the terms of ``text``."""
    return [term.stem for term in terms(text, language)]


def language_of(text: str) -> str:
    """Return the language that most words of ``text`` belong to; English if none is known."""
    folded_words = [fold(word) for word in words(ELISION.sub(" ", text)) if len(word) > 1]
    scores = {}
    for language in LANGUAGES:
        small = {fold(word) for word in small_words(language)} - MEANINGFUL
        known = glossary.vocabulary(language)
        scores[language] = sum(
            1.0 if word in small else 0.7 * (word in known) for word in folded_words
        )
    scores[FRENCH] += len(ELISION.findall(text)) + sum(char in "èêçàùœîô" for char in text.lower())
    scores[SPANISH] += sum(char in "ñáíóú¿¡" for char in text.lower())
    return max(scores, key=lambda name: scores[name])  # the first of equals: English


Pair = tuple[str, tuple[str, ...]]


def _replace(pairs: Sequence[Pair], known: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Pair]:
    """Replace the longest runs of words that ``known`` has by their meaning."""
    roots = [stem(word) for word, _ in pairs]
    done: list[Pair] = []
    place = 0
    while place < len(pairs):
        for length in range(min(glossary.LONGEST, len(pairs) - place), 0, -1):
            meaning = known.get(tuple(roots[place : place + length]))
            if meaning is not None:
                surfaces = pairs[place][1] if length == 1 else ()
                keep = surfaces if len(meaning) == 1 else ()
                done += [(word, keep) for word in meaning]
                place += length
                break
        else:
            done.append(pairs[place])
            place += 1
    return done
