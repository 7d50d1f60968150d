"""The words of a request that carry meaning, in their parts, before any of them is replaced.

Pure; knows no glossary: its own entries are looked up by what this makes of them.
"""

from __future__ import annotations

import re

from cortex_cli.language.stems import folded
from cortex_cli.language.words import SCAFFOLDING, words

# l'écran, qu'il, d'une: what is before the apostrophe says nothing.
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['\u2019]", re.IGNORECASE)
_JOINED = re.compile(r"\b(e|to|wi)-(?=\w)", re.IGNORECASE)
_PARTS = re.compile(r"[-._]+")
# Small words here that carry meaning in other places, and small words that words.py lacks.
MEANINGFUL = frozenset({"c", "s", "n", "machine", "system", "computer", "pc", "without", "son"})
MORE_SCAFFOLDING = frozenset(
    """
    à ça y'a afin sous vers entre entre-temps ses leur leurs s'il plaît svp merci bonjour salut
    cherche recommande conseille aimerais permet permettant capable bon bonne meilleur meilleure
    por favor hola gracias busco quisiera recomienda mejor buen buena para desde este esta
    eso sobre entre como
    please hi hello hey thanks recommend suggest suggestion looking let lets allow allows able
    someone somebody one ones them every each all any when while via per my into onto over about
    onto us like proper decent handy solution utility utilities suite-of
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
SMALL = frozenset(folded(word) for word in (SCAFFOLDING | MORE_SCAFFOLDING) - MEANINGFUL)


def tokens(text: str) -> list[str]:
    """The words of ``text`` that are not small; hyphenated ones in their parts."""
    plain = _JOINED.sub(r"\1", ELISION.sub(" ", text))
    parts = (part for word in words(plain) for part in _PARTS.split(word))
    return [part for part in parts if part and folded(part) not in SMALL]
