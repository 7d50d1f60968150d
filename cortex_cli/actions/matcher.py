"""Finds which entry of the catalogue a sentence is, and which of its tokens are which values.

A phrase is a set of concepts and slots.  What the phrase says and the sentence does not, and
what the sentence says and the phrase does not, both count against it.  Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import compiled
from cortex_cli.actions import loading, sentence
from cortex_cli.actions.loading import LANGUAGES
from cortex_cli.actions.parameters import CUES, fit, implied, placeholder, value_of
from cortex_cli.finding import DESTROYS, READS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cortex_cli.actions.action import Action
    from cortex_cli.actions.sentence import Sentence, Token

SLOT_MARK = "\u241f"
CANDIDATES = 60
MAX_FREE = 7
SLOT_WEIGHT = 1.3
# What a sentence says beyond the phrase counts a little less than what it lacks of it.
LEFT_SHARE = 0.85
# A path or a quotation that no slot takes: the phrase is about something else.
LEFT_LITERAL = 1.6
MIN_FIT, MAX_FIT = 0.3, 1.1
# A family that knows more of the case goes before an entry for the general one.
GENERAL = 0.95
# What changes the machine must be said in full: each word of the phrase that is missing.
LOST = 0.9
# "which packages can be upgraded" wants to see, "upgrade the packages" to change.
LOOKED = 0.96
_LOOKING = frozenset({"show", "who", "many"})
# The cues that a phrase may lack: what a name most often is.
_COMMON_CUES = frozenset(
    {"user", "service", "package", "host", "file", "folder", "process", "port"}
)
# A command with a gap in it is an answer, though a lesser one.
UNSAID_GAIN = 1.1
IMPLIED_BONUS = 0.06
# "the password of lena" says as much as "of the user lena", unless something is destroyed.
CUE_SHARE = 0.5
ROLE_BONUS, ORDER_BONUS = 0.12, 0.02


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say an action.  ``cues`` holds what stands before each slot."""

    action: Action
    language: str
    concepts: tuple[tuple[str, float], ...]
    slots: tuple[str, ...]
    cues: dict[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """An entry with its values and how well it fits, from 0 to 1."""

    action: Action
    score: float
    values: dict[str, str]
    used: frozenset[int]
    complete: bool = True


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class PhraseIndex:
    """Phrases, and for each concept the numbers of those that hold it."""

    phrases: tuple[Phrase, ...]
    numbers: dict[str, tuple[int, ...]]


Known = tuple[tuple[Phrase, ...], dict[str, tuple[int, ...]]]


@cache
def phrases() -> Known:
    """Every phrase of the catalogue, from the compiled copy if there is one."""
    room = Path(__file__).parent
    index = compiled.load(room, PhraseIndex, lambda: index_phrases(loading.load()))
    return index.phrases, index.numbers


def index_phrases(actions: Iterable[Action], extra: Path | None = None) -> PhraseIndex:
    """The phrases of ``actions``, and for each concept those that hold it.

    ``extra`` is a lexicon that goes before the actions' own.
    """
    found = [
        _phrase(action, language, text, extra)
        for action in actions
        for language in LANGUAGES
        for text in action.phrases[language]
    ]
    index: dict[str, list[int]] = {}
    for number, phrase in enumerate(found):
        for concept, _ in phrase.concepts:
            index.setdefault(concept, []).append(number)
    return PhraseIndex(tuple(found), {name: tuple(numbers) for name, numbers in index.items()})


def _phrase(action: Action, language: str, text: str, extra: Path | None = None) -> Phrase:
    concepts: dict[str, float] = {}
    cues: dict[str, tuple[str, ...]] = {}
    before: list[str] = []
    for part in _parts(text):
        if part.startswith("{"):
            cues[part[1:-1]] = tuple(before[-2:])
            before.append("")
            continue
        read = sentence.read(part, language, extra)
        for token in read.tokens if read is not None else ():
            before.append(token.concept)
            if not token.mark:
                place = token.concept in sentence.PLACES
                concepts[token.concept or token.text.lower()] = 1.0 if place else token.weight
    optional = {
        before[-1]
        for name, before in cues.items()
        if before
        and before[-1] in CUES.get(action.parameters[name].kind, frozenset()) & _COMMON_CUES
    }
    kept = frozenset() if action.effect == DESTROYS else frozenset(optional)
    return Phrase(action, language, tuple(concepts.items()), tuple(cues), cues, kept)


def _parts(text: str) -> Iterator[str]:
    place = 0
    while (start := text.find("{", place)) >= 0:
        end = text.index("}", start) + 1
        yield text[place:start]
        yield text[start:end]
        place = end
    yield text[place:]


def matches(
    asked: Sentence, limit: int = 5, among: Known | None = None, breadth: int = CANDIDATES
) -> list[Match]:
    """The entries that fit best, best first, each once; ``among`` replaces the catalogue.

    ``breadth`` is how many phrases are compared in full.
    """
    known, index = phrases() if among is None else among
    votes: dict[int, float] = {}
    for token in asked.tokens:
        key = token.concept or token.text.lower()
        for number in index.get(key, ()):
            votes[number] = votes.get(number, 0.0) + token.weight
    rough = {
        number: vote / (0.5 + sum(weight for _, weight in known[number].concepts))
        for number, vote in votes.items()
    }
    order = sorted(rough, key=lambda number: (-rough[number], number))[:breadth]
    best: dict[str, Match] = {}
    for number in order:
        match = _matched(known[number], asked)
        held = best.get(known[number].action.name)
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
        places = [
            place
            for place, token in enumerate(tokens)
            if (token.concept or token.text.lower()) == concept
        ]
        if places:
            used.update(places)
            got += weight
        elif concept in hints:
            got += weight
            extra = IMPLIED_BONUS
        else:
            lost += weight >= 1.0 and concept not in phrase.optional
            missing += weight * (CUE_SHARE if concept in phrase.optional else 1.0)
    if got <= 0.0:
        return None
    filled, gain, lack = _assigned(phrase, asked, used)
    unsaid = [
        name for name in phrase.action.parameters if _required(phrase, name) and name not in filled
    ]
    if unsaid and not _general(phrase, asked, filled, unsaid):
        return None
    used |= set(filled.values()) | _cue_words(phrase, asked, filled)
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
    score *= GENERAL if phrase.action.general else 1.0
    if phrase.action.effect != READS:
        score *= LOST**lost * (LOOKED if asked.concepts() & _LOOKING else 1.0)
    parameters = phrase.action.parameters
    values = {
        name: value_of(parameters[name].kind, tokens[place]) for name, place in filled.items()
    }
    values |= {name: placeholder(parameters[name].kind, asked.language) for name in unsaid}
    return Match(phrase.action, score, values, frozenset(used), not unsaid)


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


def _kind_words(phrase: Phrase, asked: Sentence, unsaid: list[str]) -> set[int]:
    cues = {cue for name in unsaid for cue in CUES.get(phrase.action.parameters[name].kind, ())}
    return {n for n, token in enumerate(asked.tokens) if token.concept in cues}


def _required(phrase: Phrase, name: str) -> bool:
    one = phrase.action.parameters[name]
    return one.default is None and not one.optional


def _hard(token: Token) -> bool:
    return token.literal is not None and token.weight > 1.0


def _assigned(
    phrase: Phrase, asked: Sentence, used: set[int]
) -> tuple[dict[str, int], float, float]:
    """Slot → token for the best assignment, what it is worth, and what it lacks."""
    tokens = asked.tokens
    free = [
        place
        for place, token in enumerate(tokens)
        if not token.mark and (token.literal is not None or place not in used) and token.text
    ]
    free = [place for place in free if _may_fill(phrase, asked, place)][:MAX_FREE]
    names = list(phrase.action.parameters)
    worth = {(name, place): _worth(phrase, name, asked, place) for name in names for place in free}
    best: tuple[float, dict[str, int]] = (0.0, {})
    for assignment in _assignments(names, free, worth):
        value = sum(worth[pair] for pair in assignment.items())
        if value > best[0] + 1e-9:
            best = (value, assignment)
    gain = sum(SLOT_WEIGHT * min(MAX_FIT, worth[pair]) for pair in best[1].items())
    lack = sum(0.4 * SLOT_WEIGHT for name in phrase.slots if name not in best[1])
    return best[1], gain, lack


def _may_fill(phrase: Phrase, asked: Sentence, place: int) -> bool:
    kinds = {one.kind for one in phrase.action.parameters.values()}
    return any(fit(kind, asked.tokens[place], *_around(asked, place)) >= MIN_FIT for kind in kinds)


def _assignments(
    names: list[str], free: list[int], worth: dict[tuple[str, int], float]
) -> Iterator[dict[str, int]]:
    slots = [name for name in names if any(worth[name, place] >= MIN_FIT for place in free)]
    holes: list[int | None] = [None] * len(slots)
    if len(slots) == 1:
        for place in free:
            if worth[slots[0], place] >= MIN_FIT:
                yield {slots[0]: place}
        return
    seen = set()
    for chosen in permutations([*free, *holes], len(slots)):
        if chosen in seen:
            continue
        seen.add(chosen)
        pairs = {
            name: place for name, place in zip(slots, chosen, strict=True) if place is not None
        }
        if all(worth[pair] >= MIN_FIT for pair in pairs.items()):
            yield pairs


def _worth(phrase: Phrase, name: str, asked: Sentence, place: int) -> float:
    parameter = phrase.action.parameters[name]
    before, after = _around(asked, place)
    value = fit(parameter.kind, asked.tokens[place], before, after)
    if value < MIN_FIT:
        return 0.0
    said = {asked.tokens[near].concept for near in range(max(0, place - 2), place)}
    cues = [cue for cue in phrase.cues.get(name, ()) if cue]
    if cues and cues[-1] in said:
        near = place > 0 and asked.tokens[place - 1].concept == cues[-1]
        value += ROLE_BONUS / (1 if near else 2)
        value += ORDER_BONUS if set(cues) <= said and len(cues) > 1 else 0.0
    elif cues and name in phrase.slots and len(phrase.slots) > 1:
        value -= ROLE_BONUS / 2
    slots = list(phrase.slots)
    if name in slots:
        value += ORDER_BONUS * (1 - abs(slots.index(name) - _rank(asked, place)) / 4)
    return value


def _rank(asked: Sentence, place: int) -> int:
    return sum(token.literal is not None or not token.known for token in asked.tokens[:place])


def _around(asked: Sentence, place: int) -> tuple[str, str]:
    """The concepts before (over a preposition or "called") and after a token."""
    tokens = asked.tokens
    before = tokens[place - 1].concept if place else ""
    if place > 1 and tokens[place - 1].mark and before != "named":
        before = before if before == "with" else ""
    after = tokens[place + 1].concept if place + 1 < len(tokens) else ""
    return before, after


def _cue_words(phrase: Phrase, asked: Sentence, filled: dict[str, int]) -> set[int]:
    """The words beside a value that only say what it is: "the service nginx"."""
    found = set()
    for name, place in filled.items():
        cues = CUES.get(phrase.action.parameters[name].kind, frozenset())
        for near in (place - 1, place - 2, place + 1):
            if 0 <= near < len(asked.tokens) and asked.tokens[near].concept in cues:
                found.add(near)
    return found
