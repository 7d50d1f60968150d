"""Finds which entry of the catalogue a sentence is, and which of its tokens are which values.

A phrase is a set of concepts and slots.  What the phrase says and the sentence does not, and
what the sentence says and the phrase does not, both count against it.  Pure.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.actions.assignment import SLOT_WEIGHT, assigned, cue_words
from cortex_cli.actions.parameters import CUES, implied
from cortex_cli.actions.phrases import phrases
from cortex_cli.actions.placeholders import placeholder
from cortex_cli.actions.values import value_of
from cortex_cli.finding import READS

if TYPE_CHECKING:
    from cortex_cli.actions.action import Action
    from cortex_cli.actions.phrases import Phrase, PhraseIndex
    from cortex_cli.actions.sentence import Sentence, Token

CANDIDATES = 60
# What a sentence says beyond the phrase counts a little less than what it lacks of it.
LEFT_SHARE = 0.85
# A path or a quotation that no slot takes: the phrase is about something else.
LEFT_LITERAL = 1.6
# A phrase of small words alone says too little for a name that nothing marks as one.
NO_WORD = 0.7
# A family that knows more of the case goes before an entry for the general one.
GENERAL = 0.95
# What changes the machine must be said in full: each word of the phrase that is missing.
LOST, READ_LOST = 0.9, 0.94
# "which packages can be upgraded" wants to see, "upgrade the packages" to change.
LOOKED = 0.96
_LOOKING = frozenset({"show", "check", "who", "many"})
# A command with a gap in it is an answer, though a lesser one.
UNSAID_GAIN = 1.1
# "unmount all drives" names none, and wants more than one.
UNSAID_OF_ALL = 0.8
IMPLIED_BONUS = 0.06
# "all groups that tom is in" names no group.
SEVERAL = 0.65
# "the password of lena" says as much as "of the user lena", unless something is destroyed.
CUE_SHARE = 0.5


class Match(NamedTuple):
    """An entry with its values and how well it fits, from 0 to 1."""

    action: Action
    score: float
    values: dict[str, str]
    used: frozenset[int]
    complete: bool = True


def matches(
    asked: Sentence,
    limit: int = 5,
    among: PhraseIndex | None = None,
    breadth: int = CANDIDATES,
) -> list[Match]:
    """The entries that fit best, best first, each once; ``among`` replaces the catalogue.

    ``breadth`` is how many phrases are compared in full.
    """
    compared = phrases() if among is None else among
    index = compared.numbers
    votes: dict[int, float] = {}
    for token in asked.tokens:
        key = _key(token)
        for number in index.get(key, ()):
            votes[number] = votes.get(number, 0.0) + token.weight
    rough = {number: vote / (0.5 + compared.weights[number]) for number, vote in votes.items()}
    order = sorted(rough, key=lambda number: (-rough[number], number))[:breadth]
    best: dict[str, Match] = {}
    for number in order:
        phrase = compared.phrase(number)
        match = _matched(phrase, asked)
        held = best.get(phrase.action.name)
        if match is not None and (held is None or match.score > held.score):
            best[match.action.name] = match
    return sorted(best.values(), key=lambda match: -match.score)[:limit]


def _matched(phrase: Phrase, asked: Sentence) -> Match | None:
    tokens = asked.tokens
    used: set[int] = set()
    got = missing = extra = 0.0
    lost = 0
    hints = {implied(token) for token in tokens if token.literal is not None}
    for concept, weight in phrase.concepts:
        places = [place for place, token in enumerate(tokens) if _key(token) == concept]
        if places:
            used.update(places)
            got += weight
        elif concept in hints:
            got += weight
            extra = IMPLIED_BONUS
        else:
            lost += weight >= 1.0 and concept not in phrase.optional
            missing += weight * (CUE_SHARE if concept in phrase.optional else 1.0)
    plain = sum(weight for _, weight in phrase.concepts if weight >= 1.0)
    if got <= 0.0 or (plain and got < 1.0):
        return None
    filled, gain, lack = assigned(phrase, asked, used)
    unsaid = [
        name for name in phrase.action.parameters if _required(phrase, name) and name not in filled
    ]
    if unsaid and not _general(phrase, asked, filled, unsaid):
        return None
    program = phrase.action.run[0].split()[0]
    used |= {
        n
        for n, token in enumerate(tokens)
        if not token.kind and token.text.lower() in (program, phrase.action.package)
    }
    used |= set(filled.values()) | cue_words(phrase, asked, filled)
    if unsaid:
        used |= _kind_words(phrase, asked, unsaid)
        gain, lack = gain + UNSAID_GAIN * len(unsaid), 0.0
    left = sum(
        token.weight * (LEFT_LITERAL if _hard(token) else 1.0)
        for place, token in enumerate(tokens)
        if place not in used
    )
    slots = SLOT_WEIGHT * (len(filled) + len(unsaid))
    total = got + slots + missing + lack + LEFT_SHARE * left
    score = (got + gain) / total + extra if total else 0.0
    if phrase.action.effect != READS and _several(phrase, asked, filled):
        score *= SEVERAL
    score *= GENERAL if phrase.action.general else 1.0
    if phrase.action.effect == READS:
        score *= READ_LOST ** max(0, lost - len(unsaid))
    if phrase.action.effect != READS:
        score *= LOST**lost * (LOOKED if asked.concepts() & _LOOKING else 1.0)
    if not plain and any(tokens[place].literal is None for place in filled.values()):
        score *= NO_WORD
    parameters = phrase.action.parameters
    values = {
        name: value_of(parameters[name].kind, tokens[place]) for name, place in filled.items()
    }
    if (
        unsaid
        and asked.concepts() & {"all", "every"}
        and not {"all", "every"} & dict(phrase.concepts).keys()
    ):
        score *= UNSAID_OF_ALL
    values |= {name: placeholder(parameters[name].kind, asked.language) for name in unsaid}
    return Match(phrase.action, score, values, frozenset(used), not unsaid)


def _key(token: Token) -> str:
    """What a token says to the index; a quotation is data and says nothing."""
    return "" if token.kind == "quoted" else token.concept or token.text.lower()


def _general(phrase: Phrase, asked: Sentence, filled: dict[str, int], unsaid: list[str]) -> bool:
    """Whether it is asked in general: "how do I delete a user", with nothing named."""
    if phrase.slots and not all(name in phrase.slots for name in unsaid):
        return False
    named = any(_hard(token) or (not token.known and token.weight > 1.0) for token in asked.tokens)
    if not named and not filled:
        return True
    said = asked.concepts()
    parameters = phrase.action.parameters
    return bool(filled) and all(
        said & CUES.get(parameters[name].kind, frozenset()) for name in unsaid
    )


def _several(phrase: Phrase, asked: Sentence, filled: dict[str, int]) -> bool:
    """Whether all of a kind are meant where the action takes one of it."""
    said = {concept for concept, _ in phrase.concepts}
    if said & {"all", "every"}:
        return False
    cues = {cue for name in filled for cue in CUES.get(phrase.action.parameters[name].kind, ())}
    return any(
        one.concept in ("all", "every") and two.concept in cues
        for one, two in pairwise(asked.tokens)
    )


def _kind_words(phrase: Phrase, asked: Sentence, unsaid: list[str]) -> set[int]:
    cues = {cue for name in unsaid for cue in CUES.get(phrase.action.parameters[name].kind, ())}
    return {n for n, token in enumerate(asked.tokens) if token.concept in cues}


def _required(phrase: Phrase, name: str) -> bool:
    one = phrase.action.parameters[name]
    return one.default is None and not one.optional


def _hard(token: Token) -> bool:
    return token.literal is not None and token.weight > 1.0
