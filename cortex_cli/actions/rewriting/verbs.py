"""Verbs that only their object settles: "couper le wifi", "kick bob out of the group".  Pure.

Each pass takes a sentence's tokens and gives as many.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.actions.rewriting.values import literal_of

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

# What something can be made: then making it is a change.
_BECOMES = frozenset({"readable", "writable", "executable", "immutable", "private", "default"})
_SWITCHED = frozenset({"wifi", "network", "bluetooth", "firewall", "swap", "web"})
_WHEN = frozenset({"this", "now", "today", "tomorrow"})
# Verb, what else is said, what the verb then means.
_MEANT = (
    ("split", _SWITCHED | {"audio"}, "disable"),
    ("kill", _SWITCHED, "disable"),
    ("log_out", frozenset({"group"}), "delete"),
    ("undo", frozenset({"hold"}), ""),
    ("use", frozenset({"page"}), "extract"),
)
# "put in order", "get out": verbs that say nothing beside one that does.
_LIGHT = frozenset({"add", "grant"})
_BESIDE_LIGHT = frozenset({"sort", "uppercase", "lowercase"})
CHANGING = frozenset({"change", "convert", "rename", "replace", "transform"})
# "print letter.pdf" wants paper, "print notes.txt" may want the screen.
_PRINTS = frozenset({"print", "imprime", "imprimer", "imprimir"})
_PRINTED = (".pdf", ".odt", ".doc", ".docx", ".ps", ".jpg", ".jpeg", ".png", ".ods", ".xlsx")
HOURS = {"midnight": "00:00", "noon": "12:00"}


def settle_verbs(tokens: list[Token]) -> list[Token]:
    """ "make x executable" creates nothing; "midnight" is a time of day."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        near = {one.concept for one in tokens[place + 1 : place + 5]}
        if token.concept == "create" and near & _BECOMES and "file" not in near:
            new_tokens[place] = replace(token, concept="change")
        elif token.concept == "enable" and place and tokens[place - 1].concept == "not":
            new_tokens[place] = replace(token, concept="disable")
            new_tokens[place - 1] = replace(tokens[place - 1], weight=0.0, mark=True)
        elif token.concept in HOURS:
            new_tokens[place] = replace(token, literal=literal_of("clock", HOURS[token.concept]))
    return new_tokens


def settle_by_object(tokens: list[Token]) -> list[Token]:
    """The verb that the object asks for: switching a network off is no splitting."""
    concepts = {token.concept for token in tokens}
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        for verb, objects, meant in _MEANT:
            if token.concept == verb and token.literal is None and concepts & objects:
                mark = not meant
                new_tokens[place] = replace(
                    token, concept=meant or verb, weight=0.0 if mark else 1.0, mark=mark
                )
        if token.concept in _LIGHT and concepts & _BESIDE_LIGHT and token.literal is None:
            new_tokens[place] = replace(token, weight=0.0, mark=True)
        if token.text.lower() in _PRINTS and _prints(tokens, place):
            new_tokens[place] = replace(token, concept="paper", weight=1.0)
        if token.concept == "disable" and _stands_alone(tokens, place):
            new_tokens[place] = replace(token, concept="shutdown")
    return new_tokens


def _prints(tokens: list[Token], place: int) -> bool:
    """Whether what is printed right after is a document, not lines of one."""
    after = [token for token in tokens[place + 1 : place + 4] if not token.mark]
    return bool(after) and all(
        token.text.lower().endswith(_PRINTED) or token.concept in ("file", "pdf", "image")
        for token in after
    )


def _stands_alone(tokens: list[Token], place: int) -> bool:
    """Nothing but a time goes with it: "éteindre dans 30 minutes" means the machine."""
    others = [token for n, token in enumerate(tokens) if n != place and not token.mark]
    timed = any(token.kind in ("duration", "clock") for token in others)
    return timed and all(
        token.kind in ("duration", "clock") or token.concept in _WHEN for token in others
    )


def turn_into(tokens: list[Token]) -> list[Token]:
    """ "changer a en b", "convertir a en b": what follows is what it becomes, not a place."""
    new_tokens = list(tokens)
    for place, token in enumerate(tokens):
        changed = any(one.concept in CHANGING for one in tokens[:place])
        if changed and token.concept == "in" and token.text.lower() == "en":
            new_tokens[place] = replace(token, concept="to")
    return new_tokens
