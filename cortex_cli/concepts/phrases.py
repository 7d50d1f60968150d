"""Small grammar for worked-out sentences: lists, choices by language, words left over.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.naming import plain
from cortex_cli.expressions import expression
from cortex_cli.finding import Finding
from cortex_cli.language.stems import fold
from cortex_cli.language.words import SCAFFOLDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AND = {"en": "and", "fr": "et", "es": "y"}
OR = {"en": "or", "fr": "ou", "es": "o"}
COLON = {"en": ": ", "fr": " : ", "es": ": "}
SEMICOLON = {"en": "; ", "fr": " ; ", "es": "; "}
SURE, LIKELY = 0.95, 0.75
_WORD = expression(r"[^\W_]+", re.UNICODE)
# Said around a literal without changing what is asked of it.
_ASKING = frozenset(
    """
    what whats does do did is are s mean means meaning explain describe define stand stands for
    exactly say says tell this that these those here please line entry value string notation
    expression linux unix system debian if when why which sign called by read translate decode
    understand interpret actually really look written number code can could you
    signifie signifier veut dire quoi c est explique expliquer expliquez decris quel quelle quels
    quelles ligne entree valeur chaine sens correspond correspondent a ca cela ceci donne
    represente exprime indique exactement sous numero nombre vaut m peux tu pouvez vous ce cette
    significa significado quiere decir explica explicame explicar que es son cual cuales linea
    entrada valor cadena representa indica corresponde exactamente numero codigo vale equivale
    puedes esto esta este eso
    fait font hace hacen tiene tienen has goes
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
ALWAYS_SMALL = frozenset(fold(word) for word in SCAFFOLDING) | _ASKING


def join(items: Sequence[str], language: str, word: dict[str, str] | None = None) -> str:
    """``items`` as a list in words: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {(word or AND)[language]} {items[-1]}"


def find_leftovers(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """The words of ``text`` that neither ask a question nor are ``allowed`` (folded)."""
    known = ALWAYS_SMALL | frozenset(allowed)
    return [word for word in _WORD.findall(plain(text).replace("'", " ")) if word not in known]


def capital(text: str) -> str:
    """``text`` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def explanation(text: str, source: str, subject: str, sure: float = SURE) -> Finding:
    """The finding that a computed explanation gives."""
    return Finding("explanation", sure, text, sources=(source,), subject=subject)


def blocks(text: str) -> frozenset[str]:
    """A block of words as a set."""
    return frozenset(fold(word) for word in text.split())
