"""From a request to terms: English stems that stand for what it says, whatever its language.

"un tableur", "hoja de cálculo" and "spread sheet" all become ``spreadsheet``.  Both requests
and the catalogue's phrases pass through here, so that they meet.  Pure; knows no package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.language import glossary
from cortex_cli.language.stems import folded, stem
from cortex_cli.language.tokens import ELISION, MEANINGFUL, tokens
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH, small_words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Said of anything: these tell little of what is wanted.
VAGUE = frozenset(
    stem(word)
    for word in """
    free open source linux debian simple easy new modern powerful local own personal different big
    large small light fast old lightweight machine system computer run running make create manage
    file files data manager client multiple
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a request says; ``surfaces`` are the words that lists may have for it."""

    stem: str
    surfaces: tuple[str, ...]


def terms(text: str, language: str | None = None) -> list[Term]:
    """What ``text`` says, each thing once and in order."""
    said = tokens(text)
    known = glossary.translations(language or language_of(text))
    pairs = [(word, (word,)) for word in said]
    translated = _replaced(pairs, known)
    found: dict[str, Term] = {}
    for word, surfaces in _replaced(translated, glossary.synonyms()):
        root = stem(word)
        others = glossary.alternatives().get(root, ())
        merged = tuple(dict.fromkeys((*surfaces, word, *others)))
        found.setdefault(root, Term(root, merged))
    return list(found.values())


def stems(text: str, language: str | None = None) -> list[str]:
    """The stems of what ``text`` says."""
    return [term.stem for term in terms(text, language)]


def language_of(text: str) -> str:
    """The language whose words ``text`` has most of; English where nothing tells."""
    said = [folded(word) for word in words(ELISION.sub(" ", text)) if len(word) > 1]
    scores = {}
    for language in (ENGLISH, FRENCH, SPANISH):
        small = {folded(word) for word in small_words(language)} - MEANINGFUL
        known = glossary.vocabulary(language)
        scores[language] = sum(1.0 if word in small else 0.7 * (word in known) for word in said)
    scores[FRENCH] += len(ELISION.findall(text)) + sum(char in "èêçàùœîô" for char in text.lower())
    scores[SPANISH] += sum(char in "ñáíóú¿¡" for char in text.lower())
    return max(scores, key=lambda name: scores[name])  # the first of equals: English


Pair = tuple[str, tuple[str, ...]]


def _replaced(
    pairs: Sequence[Pair], known: Mapping[tuple[str, ...], tuple[str, ...]]
) -> list[Pair]:
    """``pairs`` with the longest runs of words that are known put into other words."""
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
