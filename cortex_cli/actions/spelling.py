"""Words written with one slip: "restrat", "archvie".  Only where one known word alone is that near.

Pure but for reading the lexicon once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions import lexicon
from cortex_cli.actions.lexicon import PLAIN
from cortex_cli.actions.literals import PROGRAMS
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

# Below this length too many words are one letter apart.
MIN_LENGTH = 5
# Trying each word of the lexicon takes a millisecond; a sentence of slips is no sentence.
MAX_SLIPS = 3


def correct(asked: Sentence) -> str | None:
    """The sentence's text with its slips corrected; None when there is none, or too many."""
    slips = [token.text for token in asked.tokens if _may_be_slip(token, asked.language)]
    if not 0 < len(slips) <= MAX_SLIPS:
        return None
    text = asked.text
    for slip in slips:
        if (meant := nearest_word(fold(slip), asked.language)) is not None:
            text = text.replace(slip, meant, 1)
    return text if text != asked.text else None


def nearest_word(word: str, language: str) -> str | None:
    """The one known word that is a slip away from ``word``; None for none, or for several."""
    near: dict[str, str] = {}
    known = lexicon.load()
    for run, number in known.runs[language].items():
        name, role = known.concepts[number]
        close = " " not in run and role == PLAIN and len(run) >= MIN_LENGTH - 1
        if close and one_slip(word, run):
            near.setdefault(name, run)
    return next(iter(near.values())) if len(near) == 1 else None


def one_slip(one: str, other: str) -> bool:
    """Whether a letter is missing, added or wrong, or two neighbours have changed places."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    least = min(len(one), len(other)) - start
    while end < least and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(left) == 2 and left == right[::-1]
    return swapped or max(len(left), len(right)) <= 1


def _may_be_slip(token: Token, language: str) -> bool:
    """Whether nobody knows the word: an infinitive's ending alone makes none known."""
    word = token.text
    plain = word.isalpha() and word.islower() and word not in PROGRAMS
    known = token.known and not token.ordinary
    known = known or fold(word) in lexicon.load().everyday.get(language, ())
    return plain and len(word) >= MIN_LENGTH and token.literal is None and not known
