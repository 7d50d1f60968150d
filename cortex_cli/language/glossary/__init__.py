"""Reads the glossary: translations of French and Spanish words, and English synonyms.

``translations.txt`` holds ``English: French, … | Spanish, …``, ``synonyms.txt`` holds
``word: others, …``; an entry may be several words.  Reads nothing but its own two files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.language.stems import fold, stem
from cortex_cli.language.tokens import tokens
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH, words

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
LONGEST = 4

Phrase = tuple[str, ...]


@cache
def translations(language: str) -> dict[Phrase, Phrase]:
    """Map stems of ``language`` to English words; empty for English."""
    if language == ENGLISH:
        return {}
    column = (FRENCH, SPANISH).index(language)
    meanings: dict[Phrase, Phrase] = {}
    for english, others in _read_lines("translations.txt"):
        for other in others.split("|")[column].split(","):
            # If a word means several things, the first entry counts.
            meanings.setdefault(make_key(other), tuple(english.split()))
    return {words: meaning for words, meaning in meanings.items() if words}


@cache
def synonyms() -> dict[Phrase, Phrase]:
    """Map stems of English words to the word that replaces them."""
    meanings: dict[Phrase, Phrase] = {}
    for word, others in _read_lines("synonyms.txt"):
        for other in others.split(","):
            meanings.setdefault(make_key(other), tuple(word.split()))
    return {words: meaning for words, meaning in meanings.items() if words}


@cache
def alternatives() -> dict[str, Phrase]:
    """Map the stem of each replacement to the single words that it replaces, itself first."""
    words_of: dict[str, Phrase] = {}
    for word, others in _read_lines("synonyms.txt"):
        single_words = [other.strip() for other in others.split(",") if " " not in other.strip()]
        if " " not in word:
            words_of[stem(word)] = (word, *single_words)
    return words_of


@cache
def vocabulary(language: str) -> frozenset[str]:
    """Return every word of ``language`` in the glossary, without accents."""
    if language == ENGLISH:
        texts = [english for english, _ in _read_lines("translations.txt")]
        texts += [f"{word} {others}" for word, others in _read_lines("synonyms.txt")]
    else:
        column = (FRENCH, SPANISH).index(language)
        texts = [others.split("|")[column] for _, others in _read_lines("translations.txt")]
    return frozenset(fold(word) for text in texts for word in words(text))


def make_key(text: str) -> Phrase:
    """Return the lookup key of an entry: its stems, without small words."""
    return tuple(stem(word) for word in tokens(text))


def _read_lines(name: str) -> Iterator[tuple[str, str]]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, others = line.partition(": ")
            yield word, others
