"""Reads the glossary: what French and Spanish words, and other English ones, mean here.

``translations.txt`` holds ``English: French, … | Spanish, …``, ``synonyms.txt`` holds
``word: others, …``; an entry may be several words.  Pure but for its own two files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.language.stems import folded, stem
from cortex_cli.language.tokens import tokens
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH, words

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
LONGEST = 4

Phrase = tuple[str, ...]


@cache
def translations(language: str) -> dict[Phrase, Phrase]:
    """Stems of ``language`` → English words; empty for English."""
    if language == ENGLISH:
        return {}
    side = (FRENCH, SPANISH).index(language)
    found: dict[Phrase, Phrase] = {}
    for english, others in _lines("translations.txt"):
        for other in others.split("|")[side].split(","):
            # Where a word means several things, the first entry counts.
            found.setdefault(key(other), tuple(english.split()))
    return {words: meaning for words, meaning in found.items() if words}


@cache
def synonyms() -> dict[Phrase, Phrase]:
    """Stems of English words → the words that stand for them."""
    found: dict[Phrase, Phrase] = {}
    for word, others in _lines("synonyms.txt"):
        for other in others.split(","):
            found.setdefault(key(other), tuple(word.split()))
    return {words: meaning for words, meaning in found.items() if words}


@cache
def alternatives() -> dict[str, Phrase]:
    """Stem of a standing word → the single words that it stands for, itself first."""
    found: dict[str, Phrase] = {}
    for word, others in _lines("synonyms.txt"):
        singles = [other.strip() for other in others.split(",") if " " not in other.strip()]
        if " " not in word:
            found[stem(word)] = (word, *singles)
    return found


@cache
def vocabulary(language: str) -> frozenset[str]:
    """Every word of ``language`` that the glossary has, without accents."""
    if language == ENGLISH:
        texts = [english for english, _ in _lines("translations.txt")]
        texts += [f"{word} {others}" for word, others in _lines("synonyms.txt")]
    else:
        side = (FRENCH, SPANISH).index(language)
        texts = [others.split("|")[side] for _, others in _lines("translations.txt")]
    return frozenset(folded(word) for text in texts for word in words(text))


def key(text: str) -> Phrase:
    """How an entry is looked up: its stems, without small words."""
    return tuple(stem(word) for word in tokens(text))


def _lines(name: str) -> Iterator[tuple[str, str]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, others = line.partition(": ")
            yield word, others
