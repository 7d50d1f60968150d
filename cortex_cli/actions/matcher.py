"""Finds which entry of the catalogue a sentence is, and which of its tokens are which values.

A phrase is a set of concepts and slots.  What the phrase says and the sentence does not, and
what the sentence says and the phrase does not, both count against it.  Pure.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.actions.assignment import SLOT_WEIGHT, assign_values, cue_words
from cortex_cli.actions.kinds import CUES
from cortex_cli.actions.leftover import VERBS
from cortex_cli.actions.parameters import IMPLIED_KINDS, implied_concepts
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
# "list the service accounts" holds no verb that changes anything.
ONLY_LOOKED = 0.75
# "stop all containers" is no list of the stopped ones.
COMMANDED = 0.8
_COMMANDS = frozenset(
    """
    start stop restart reload enable disable mask unmask kill delete install uninstall purge mount
    unmount lock unlock allow deny format reboot shutdown
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_PARTICIPLES = ("ed", "é", "és", "ée", "ées", "ado", "ados", "ada", "adas", "ido", "idos")
_ACTS = frozenset(
    """
    update add grant write save run set edit paper connect log_in log_out load unload reset
    flush register open close print wait repeat broadcast push pull clone commit crop measure
    rotate trace verify simulate default prevent
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_LOOKING = frozenset({"show", "check", "who", "many"})
# A command with a gap in it is an answer, though a lesser one.
UNSAID_GAIN = 1.1
# "unmount all drives" names none, and wants more than one.
UNSAID_OF_ALL = 0.8
IMPLIED_BONUS = 0.06
# What a literal's kind implies is no sign for this phrase before others.
_OF_KINDS = frozenset().union(*IMPLIED_KINDS.values(), {"disk", "partition"})
# "all groups that tom is in" names no group.
SEVERAL = 0.65
# "the password of lena" says as much as "of the user lena", unless something is destroyed.
CUE_SHARE = 0.35


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
        match = _match_phrase(phrase, asked)
        held = best.get(phrase.action.name)
        if match is not None and (held is None or match.score > held.score):
            best[match.action.name] = match
    return sorted(best.values(), key=lambda match: -match.score)[:limit]


def _match_phrase(phrase: Phrase, asked: Sentence) -> Match | None:
    tokens = asked.tokens
    comparison = _compare(phrase, asked)
    plain = any(weight >= 1.0 for _, weight in phrase.concepts)
    if comparison.got <= 0.0 or (plain and comparison.got < 1.0):
        return None
    filled, gain, lack = assign_values(phrase, asked, comparison.used)
    filled = _drop_incomplete_options(phrase, filled)
    unsaid = [
        name
        for name in phrase.action.parameters
        if _is_required(phrase, name) and name not in filled
    ]
    if unsaid and not _is_general(phrase, asked, filled, unsaid):
        return None
    options = {
        n: f"+{t.concept}" for n, t in enumerate(tokens) if t.concept in phrase.action.conditions
    }
    used = comparison.used | _own_words(phrase, asked) | set(filled.values()) | options.keys()
    used |= cue_words(phrase, asked, filled)
    if unsaid:
        used |= _kind_words(phrase, asked, unsaid)
        gain, lack = gain + UNSAID_GAIN * len(unsaid), 0.0
    left = sum(
        token.weight * (LEFT_LITERAL if _is_hard(token) else 1.0)
        for place, token in enumerate(tokens)
        if place not in used
    )
    slots = SLOT_WEIGHT * (len(filled) + len(unsaid))
    total = comparison.got + slots + comparison.missing + lack + LEFT_SHARE * left
    score = (comparison.got + gain) / total + comparison.extra if total else 0.0
    score *= _share(phrase, asked, filled, unsaid, comparison.lost)
    if not plain and any(tokens[place].literal is None for place in filled.values()):
        score *= NO_WORD
    parameters = phrase.action.parameters
    values = {
        name: value_of(parameters[name].kind, tokens[place]) for name, place in filled.items()
    }
    values |= dict.fromkeys(options.values(), "")
    values |= {name: placeholder(parameters[name].kind, asked.language) for name in unsaid}
    return Match(phrase.action, score, values, frozenset(used), not unsaid)


class _Comparison(NamedTuple):
    """What of a phrase's concepts a sentence says, and what it lacks of them."""

    used: set[int]
    got: float
    missing: float
    extra: float
    lost: int


def _compare(phrase: Phrase, asked: Sentence) -> _Comparison:
    tokens = asked.tokens
    used: set[int] = set()
    got = missing = extra = 0.0
    lost = 0
    hints = {
        one for token in tokens if token.literal is not None for one in implied_concepts(token)
    }
    for concept, weight in phrase.concepts:
        places = [place for place, token in enumerate(tokens) if _key(token) == concept]
        if places:
            used.update(places)
            got += weight
        elif concept in hints:
            got += weight
            extra = extra if concept in _OF_KINDS else IMPLIED_BONUS
        else:
            lost += weight >= 1.0 and concept not in phrase.optional
            missing += weight * (CUE_SHARE if concept in phrase.optional else 1.0)
    return _Comparison(used, got, missing, extra, lost)


def _own_words(phrase: Phrase, asked: Sentence) -> set[int]:
    """The command's own program or package, if it is named: "resize a.jpg with convert"."""
    program = phrase.action.run[0].split()[0]
    return {
        n
        for n, token in enumerate(asked.tokens)
        if not token.kind
        and token.concept != "find"
        and token.text.lower() in (program, phrase.action.package)
    }


def _share(
    phrase: Phrase, asked: Sentence, filled: dict[str, int], unsaid: list[str], lost: int
) -> float:
    """What is left of a score for what the action does and the sentence does not ask for."""
    share = GENERAL if phrase.action.general else 1.0
    if phrase.action.effect == READS:
        share *= COMMANDED if _commands(asked) else 1.0
        share *= READ_LOST ** max(0, lost - len(unsaid))
    else:
        share *= SEVERAL if _wants_several(phrase, asked, filled) else 1.0
        share *= LOST**lost * _looking_share(phrase, asked)
    several = {"all", "every"}
    if unsaid and asked.concepts() & several and not several & dict(phrase.concepts).keys():
        share *= UNSAID_OF_ALL
    return share


def _drop_incomplete_options(phrase: Phrase, filled: dict[str, int]) -> dict[str, int]:
    """Without the values of options that lack another value: they would not be in the command."""
    lost = {
        slot
        for group in phrase.action.options
        if not all(slot in filled for slot in group)
        for slot in group
    }
    return {name: place for name, place in filled.items() if name not in lost}


def _commands(asked: Sentence) -> bool:
    """Whether the sentence begins with a verb that changes something."""
    first = next((token for token in asked.tokens if not token.mark), None)
    return (
        first is not None
        and first.literal is None
        and first.concept in _COMMANDS
        and not first.text.lower().endswith(_PARTICIPLES)
    )


def _looking_share(phrase: Phrase, asked: Sentence) -> float:
    """What is left of a change's score where the sentence wants to see."""
    looked = any(
        token.concept in _LOOKING and not token.text.lower().startswith("get")
        for token in asked.tokens
    )
    if not looked:
        return 1.0
    acts = {concept for concept, _ in phrase.concepts} & (VERBS | _ACTS) & asked.concepts()
    return LOOKED if acts else ONLY_LOOKED


def _key(token: Token) -> str:
    """What a token says to the index; a quotation is data and says nothing."""
    return "" if token.kind == "quoted" else token.concept or token.text.lower()


def _is_general(phrase: Phrase, asked: Sentence, filled: dict[str, int], unsaid: list[str]) -> bool:
    """Whether it is asked in general: "how do I delete a user", with nothing named."""
    if phrase.slots and not all(name in phrase.slots for name in unsaid):
        return False
    named = any(
        _is_hard(token) or (not token.known and token.weight > 1.0) for token in asked.tokens
    )
    if not named and not filled:
        return True
    concepts = asked.concepts()
    parameters = phrase.action.parameters
    return bool(filled) and all(
        concepts & CUES.get(parameters[name].kind, frozenset()) for name in unsaid
    )


def _wants_several(phrase: Phrase, asked: Sentence, filled: dict[str, int]) -> bool:
    """Whether all of a kind are meant where the action takes one of it."""
    concepts = {concept for concept, _ in phrase.concepts}
    if concepts & {"all", "every"}:
        return False
    cues = {cue for name in filled for cue in CUES.get(phrase.action.parameters[name].kind, ())}
    return any(
        one.concept in ("all", "every") and two.concept in cues
        for one, two in pairwise(asked.tokens)
    )


def _kind_words(phrase: Phrase, asked: Sentence, unsaid: list[str]) -> set[int]:
    cues = {cue for name in unsaid for cue in CUES.get(phrase.action.parameters[name].kind, ())}
    return {n for n, token in enumerate(asked.tokens) if token.concept in cues}


def _is_required(phrase: Phrase, name: str) -> bool:
    one = phrase.action.parameters[name]
    return one.default is None and not one.optional


def _is_hard(token: Token) -> bool:
    return token.literal is not None and token.weight > 1.0
