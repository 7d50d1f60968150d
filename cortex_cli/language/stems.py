"""Reduces the forms of a word to one stem: plurals, accents, -ing, -er, -ation.

Light on purpose: both sides of every comparison pass through here, so a stem need not be a
word; it only has to be the same for "edit", "editor" and "editing".  Pure.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from cortex_cli.expressions import expression

# Shorter words keep their endings: "ring", "red" and "order" are not forms of another word.
MIN_LONG, MIN_AGENT = 5, 6
MIN_STEM = 3
CACHED_WORDS = 100_000
# These only look like forms of "dock", "regist" and the like.
IRREGULAR = frozenset(
    {
        "docker",
        "number",
        "paper",
        "folder",
        "cluster",
        "register",
        "master",
        "letter",
        "poster",
        "ledger",
        "router",
    }
)

_ENDINGS = (
    (expression(r"(?<=[a-z]{4})(is|iz)(ation|er|ing|ed|e)?$"), "iz", 0),
    (expression(r"(?<=[a-z]{4})ement$"), "", 8),
    (expression(r"(?<=[a-z]{3}[st])(ion|or)$"), "", 7),
    (expression(r"ing$"), "", MIN_LONG + 1),
    (expression(r"ed$"), "", MIN_LONG),
    (expression(r"[eo]r$"), "", MIN_AGENT),
)
_DOUBLED = expression(r"([bdgklmnprt])\1$")


# Letters that no normalization takes apart, as people type them without the key.
_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i"}
)


def fold(word: str) -> str:
    """Return ``word`` without case, accents and ligatures: what looks alike compares equal."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold()).translate(_LETTERS)
    return "".join(part for part in parts if not unicodedata.combining(part))


@lru_cache(CACHED_WORDS)
def stem(word: str) -> str:
    """Return the stem that all forms of ``word`` share."""
    word = fold(word)
    if not word.isalpha() or len(word) < MIN_LONG - 1:
        return word
    word = _singularize(word)
    if word in IRREGULAR:
        return word
    for ending, replacement, min_chars in _ENDINGS:
        if len(word) >= min_chars and (match := ending.search(word)):
            cut = word[: match.start()]
            if len(cut) >= MIN_STEM:
                word = _DOUBLED.sub(r"\1", cut) + replacement
                break
    return word[:-1] if word.endswith("e") and len(word) > MIN_STEM else word


def _singularize(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > MIN_LONG:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1]
