"""A token made a value.  Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.actions.literals import Literal

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

LITERAL_WEIGHT = 1.5


def literal_of(kind: str, text: str, number: float = 0.0, unit: str = "") -> Literal:
    """A literal that stands for words of the sentence."""
    return Literal(kind, text, 0, 0, number, unit)


def name_of(token: Token) -> Token:
    """``token`` as a name, whatever the word means."""
    literal = literal_of("name", token.text)
    return replace(
        token, concept="", weight=LITERAL_WEIGHT, literal=literal, known=False, ordinary=False
    )
