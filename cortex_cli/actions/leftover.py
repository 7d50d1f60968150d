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
# What is to be done: a verb passed over means that something else was asked.
VERBS = frozenset(
    """
    delete create copy move rename replace append insert compare join split truncate convert
    compress extract encrypt decrypt sign backup sync upload download resume restore undo
    cancel start stop restart reload enable disable mask unmask kill pause follow schedule lock
    unlock allow deny grant mount unmount format resize repair clean install uninstall purge
    change upgrade hold reinstall shutdown reboot suspend hibernate sort count sum
    """.split()  # noqa: SIM905 - as above
)
# What is left of the score for each that is left over.
# Left over it limits too, though it may also only stress: "print only the errors".
_STRESS = frozenset({"only", "condition"})
LIMIT, LITERAL, VERB, UNKNOWN, PLAIN = 0.72, 0.7, 0.8, 0.84, 0.92
# Below this a token says nothing by itself.
LIGHT = 0.2


def factor(asked: Sentence, used: frozenset[int]) -> float:
    """What is left, from 0 to 1, of the score of a reading that accounts for ``used``."""
    share = 1.0
    for place, token in enumerate(asked.tokens):
        if place in used or token.mark or token.weight < LIGHT:
            continue
        if token.concept in LIMITS or token.concept in _STRESS:
            share *= LIMIT
        elif token.literal is not None and token.weight > 1.0:
            share *= LITERAL
        elif token.concept in VERBS:
            share *= VERB
        elif not token.known or token.ordinary:
            share *= UNKNOWN
        else:
            share *= PLAIN
    return share
