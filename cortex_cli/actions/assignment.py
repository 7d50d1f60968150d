"""Which token of a sentence fills which slot of a phrase: the assignment that is worth most.

Pure; the number of tokens that are tried is bounded.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from cortex_cli.actions.kinds import CUES
from cortex_cli.actions.parameters import fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.actions.phrases import Phrase
    from cortex_cli.actions.sentence import Sentence

MAX_FREE = 7
SLOT_WEIGHT = 1.3
MIN_FIT, MAX_FIT = 0.3, 1.1
ROLE_BONUS, ROLE_BONUS_LOST, ORDER_BONUS = 0.3, 0.1, 0.02
# "installed from backports" is no "installed backports".
STRANGE = 0.6
_STRANGE = frozenset({"from", "without", "as", "than", "or", "except", "not"})


def assign_values(
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
    gain = sum(SLOT_WEIGHT * _damp(worth[pair]) for pair in best[1].items())
    lack = sum(0.4 * SLOT_WEIGHT for name in phrase.slots if name not in best[1])
    return best[1], gain, lack


def _damp(worth: float) -> float:
    """What surely fills a slot decides which value it is, hardly which entry."""
    return worth if worth <= 1.0 else min(MAX_FIT, 1.0 + (worth - 1.0) / 3)


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
    token = asked.tokens[place]
    if parameter.optional and parameter.default is None and name not in phrase.slots:
        # An option that the phrase does not speak of must be said plainly.
        announcing = CUES.get(parameter.kind, frozenset()) | {name}
        plain = token.literal is not None and token.kind not in _VAGUE
        value = value if plain or before in announcing else 0.0
    if value < MIN_FIT or (parameter.kind not in _LEADING and asked.opens_unknown(place)):
        return 0.0
    concepts = {asked.tokens[near].concept for near in range(max(0, place - 2), place)}
    cues = [cue for cue in phrase.cues.get(name, ()) if cue]
    if cues and cues[-1] in concepts:
        near = place > 0 and asked.tokens[place - 1].concept == cues[-1]
        value += ROLE_BONUS / (1 if near else 2)
        value += ORDER_BONUS if set(cues) <= concepts and len(cues) > 1 else 0.0
    elif cues and name in phrase.slots and len(phrase.slots) > 1:
        value -= ROLE_BONUS_LOST
    stands = asked.tokens[place - 1].concept if place else ""
    if asked.tokens[place].literal is None and stands in _STRANGE and stands not in cues:
        value -= STRANGE
    slots = list(phrase.slots)
    if name in slots:
        value += ORDER_BONUS * (1 - abs(slots.index(name) - _rank(asked, place)) / 4)
    return value


def _rank(asked: Sentence, place: int) -> int:
    return sum(token.literal is not None or not token.known for token in asked.tokens[:place])


_VAGUE = frozenset({"name", "number", "quoted", "file", "path"})
# What a sentence may begin with: "nginx status"; any other unknown word there is a verb.
_LEADING = frozenset({"unit", "package", "software", "process", "program", "host"})
# "which groups paul …": the plural announces no name.
_COUNTABLE = frozenset({"group", "user", "branch", "container"})


def _around(asked: Sentence, place: int) -> tuple[str, str]:
    """The concepts before (over a preposition or "called") and after a token."""
    tokens = asked.tokens
    before = tokens[place - 1].concept if place else ""
    if before in _COUNTABLE and tokens[place - 1].text.lower().endswith("s"):
        before = ""
    if place > 1 and tokens[place - 1].mark and before != "named":
        before = before if before == "with" else ""
    after = tokens[place + 1].concept if place + 1 < len(tokens) else ""
    return before, after


def cue_words(phrase: Phrase, asked: Sentence, filled: dict[str, int]) -> set[int]:
    """The words beside a value that only say what it is: "the service nginx"."""
    places = set()
    for name, place in filled.items():
        cues = CUES.get(phrase.action.parameters[name].kind, frozenset())
        for near in (place - 1, place - 2, place + 1):
            if 0 <= near < len(asked.tokens) and asked.tokens[near].concept in cues:
                places.add(near)
    return places
