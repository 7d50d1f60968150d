"""Splits a request into the word parts that carry meaning.

Pure; knows no glossary: the glossary's own entries pass through here too.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression
from cortex_cli.language.stems import fold
from cortex_cli.language.words import SCAFFOLDING, words

# l'écran, qu'il, d'une: the part before the apostrophe carries no meaning.
ELISION = expression(r"\b(?:[cdjlmnst]|qu)['\u2019]", re.IGNORECASE)
_JOINED = expression(r"\b(e|to|wi)-(?=\w)", re.IGNORECASE)
_PARTS = expression(r"[-._]+")
# Small words of words.py that do carry meaning here, and small words that it lacks.
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
    m ve ll re don doesn isn won im ive guy guys folks people everybody everyone anyone anybody
    several many lots bunch couple various another whether sure really quite maybe perhaps simply
    instead because since until till again always often ever never still too either both own him
    her them his hers their theirs its itself myself yourself themselves whoever whatever wherever
    wanna gonna gotta kinda sorta basically actually honestly btw
    truc trucs machin tous tout toute toutes certains autre autres gens
    alors donc aussi très trop bien juste comme peut peux pouvoir voudrait doit
    cosa cosas otro otra otros otras gente toda todas muy menos también
    puedo puede pueda poder debo
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
SMALL = frozenset(fold(word) for word in (SCAFFOLDING | MORE_SCAFFOLDING) - MEANINGFUL)


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` that carry meaning; hyphenated ones are split."""
    plain = _JOINED.sub(r"\1", ELISION.sub(" ", text))
    parts = (part for word in words(plain) for part in _PARTS.split(word))
    return [part for part in parts if part and fold(part) not in SMALL]
