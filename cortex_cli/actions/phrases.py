"""The catalogue's phrases as sets of concepts, with their slots and what stands before each.

Made once; pure but for reading catalogue and lexicon.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cortex_cli.actions import loading, sentence
from cortex_cli.actions.loading import LANGUAGES
from cortex_cli.actions.parameters import CUES
from cortex_cli.finding import DESTROYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.actions.action import Action

# The cues that a phrase may lack: what a name most often is.
_COMMON_CUES = frozenset(
    {"user", "service", "package", "host", "file", "folder", "process", "port"}
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say an action.  ``cues`` holds what stands before each slot."""

    action: Action
    language: str
    concepts: tuple[tuple[str, float], ...]
    slots: tuple[str, ...]
    cues: dict[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()


@cache
def phrases() -> tuple[tuple[Phrase, ...], dict[str, tuple[int, ...]]]:
    """Every phrase of the catalogue, and for each concept the phrases that hold it."""
    found = [
        _phrase(action, language, text)
        for action in loading.load()
        for language in LANGUAGES
        for text in action.phrases[language]
    ]
    index: dict[str, list[int]] = {}
    for number, phrase in enumerate(found):
        for concept, _ in phrase.concepts:
            index.setdefault(concept, []).append(number)
    return tuple(found), {name: tuple(numbers) for name, numbers in index.items()}


def _phrase(action: Action, language: str, text: str) -> Phrase:
    concepts: dict[str, float] = {}
    cues: dict[str, tuple[str, ...]] = {}
    before: list[str] = []
    for part in _parts(text):
        if part.startswith("{"):
            cues[part[1:-1]] = tuple(before[-2:])
            before.append("")
            continue
        read = sentence.read(part, language)
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
