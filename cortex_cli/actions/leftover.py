"""What a reading leaves over, and what that costs: nothing said may be passed over.

A word that limits or negates, a literal, a name: each changes what is asked, so a reading that
does not account for one is hardly ever the right one.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

# They turn a request into another one.
LIMITS = frozenset(
    """
    except not without oldest newest unless same older newer more less reverse second previous
    small big
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What is left of the score for each that is left over.
LIMIT, LITERAL, UNKNOWN, PLAIN = 0.72, 0.7, 0.84, 0.92
# Below this a token says nothing by itself.
LIGHT = 0.2


def factor(asked: Sentence, used: frozenset[int]) -> float:
    """What is left, from 0 to 1, of the score of a reading that accounts for ``used``."""
    share = 1.0
    for place, token in enumerate(asked.tokens):
        if place in used or token.mark or token.weight < LIGHT:
            continue
        if token.concept in LIMITS:
            share *= LIMIT
        elif token.literal is not None and token.weight > 1.0:
            share *= LITERAL
        elif not token.known or token.ordinary:
            share *= UNKNOWN
        else:
            share *= PLAIN
    return share
