"""Words that are names where one is announced: "a directory called reports", "the folder build"."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.leftover import VERBS
from cortex_cli.actions.literals import PROGRAMS
from cortex_cli.actions.rewriting.values import name_of
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

_MAY_NAME = frozenset(
    """
    image video audio web backup temp journal container git config mail public upload python
    core test cache project pdf url information string
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What a name follows: "the user eva", "called reports".
_ANNOUNCES = frozenset(
    {"folder", "user", "group", "host", "named", "script", "branch", "container"}
)
_UNNAMEABLE = frozenset(
    {
        "all",
        "every",
        "file",
        "folder",
        "string",
        "starting",
        "ending",
        "containing",
        "line",
        "like",
        "user",
        "host",
    }
    | {"group", "package", "service", "branch", "match", "word", "character", "this"}
)
# They announce a name in a structured file: "the field version of package.json".
_SIGNS = frozenset({"comma", "semicolon", "colon", "tab", "delimiter", "whitespace"})
_FIELDS = frozenset({"field", "key", "champ", "clave", "campo"})


def name_announced(tokens: list[Token]) -> list[Token]:
    """A word is a name where one is announced: "a directory called reports", "the folder build"."""
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        if two.literal is None and not two.mark and _is_announced(tokens, place, one, two):
            new_tokens[place + 1] = name_of(two)
    return new_tokens


def _is_announced(tokens: list[Token], place: int, one: Token, two: Token) -> bool:
    if fold(one.text) in _FIELDS and two.concept not in _SIGNS:
        return two.weight >= 1.0 and any(token.kind == "file" for token in tokens)
    if one.concept == "symlink" and not one.text.lower().endswith("s"):
        after = tokens[place + 2] if place + 2 < len(tokens) else None
        return after is not None and after.concept == "to" and not two.mark
    if one.concept == "named":
        return two.concept not in _UNNAMEABLE
    plural = one.text.lower().endswith(("s", "x"))
    if one.concept not in _ANNOUNCES or plural or one.literal is not None:
        return False
    if fold(one.text) in PROGRAMS or fold(two.text).endswith(("ly", "ment", "mente")):
        return False
    # A verb where a noun belongs: with another verb before, or nothing but a preposition after.
    after = tokens[place + 2] if place + 2 < len(tokens) else None
    acts = VERBS | {"verify"}
    second = any(token.concept in acts for token in tokens[:place])
    verb = two.concept in acts and place > 0 and (second or after is None or after.mark)
    return two.ordinary or verb or two.text[:1].isupper()


def name_folders(tokens: list[Token]) -> list[Token]:
    """ "the folder photos" is called photos."""
    new_tokens = list(tokens)
    for place, (one, two) in enumerate(pairwise(tokens)):
        alone = one.concept in ("folder", "script") and not one.text.lower().endswith("s")
        after = tokens[place + 2].concept if place + 2 < len(tokens) else ""
        if alone and two.concept in _MAY_NAME and two.literal is None and after != "file":
            new_tokens[place + 1] = name_of(two)
    return new_tokens
