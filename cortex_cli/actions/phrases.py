"""The catalogue's phrases as sets of concepts, with their slots and what stands before each.

Made once; pure but for reading catalogue and lexicon.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cortex_cli import compiled
from cortex_cli.actions import loading, sentence
from cortex_cli.actions.kinds import CUES
from cortex_cli.actions.loading import LANGUAGES
from cortex_cli.actions.rewriting.verbs import CHANGING
from cortex_cli.finding import DESTROYS
from cortex_cli.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cortex_cli.actions.action import Action

# The cues that a phrase may lack: what a name most often is.
_COMMON_CUES = frozenset(
    {"user", "service", "package", "host", "file", "folder", "process", "port"}
)


class Phrase(NamedTuple):
    """One way to say an action.  ``cues`` holds what stands before each slot."""

    action: Action
    language: str
    concepts: tuple[tuple[str, float], ...]
    slots: tuple[str, ...]
    cues: dict[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class PhraseIndex:
    """Phrases by their numbers, what each weighs, and which of them hold a concept.

    A phrase is kept as its fields, with the name of its action.
    """

    actions: Shelf[str, Action]
    kept: Shelf[int, tuple[Any, ...]]
    weights: tuple[float, ...]
    numbers: dict[str, tuple[int, ...]]

    def phrase(self, number: int) -> Phrase:
        """The phrase of ``number``."""
        name, *fields = self.kept[number]
        return Phrase(self.actions[name], *fields)

    def __iter__(self) -> Iterator[Phrase]:
        return map(self.phrase, self.kept)


@cache
def phrases() -> PhraseIndex:
    """Every phrase of the catalogue, from the compiled copy if there is one."""
    room = Path(__file__).parent
    return compiled.load(room, PhraseIndex, lambda: index_phrases(loading.load()))


def index_phrases(actions: Iterable[Action], extra: Path | None = None) -> PhraseIndex:
    """The phrases of ``actions``, and for each concept those that hold it.

    ``extra`` is a lexicon that goes before the actions' own.
    """
    entries = [
        _phrase(action, language, text, extra)
        for action in actions
        for language in LANGUAGES
        for text in action.phrases[language]
    ]
    index: dict[str, list[int]] = {}
    for number, phrase in enumerate(entries):
        for concept, _ in phrase.concepts:
            index.setdefault(concept, []).append(number)
    return PhraseIndex(
        actions=Shelf.of({phrase.action.name: phrase.action for phrase in entries}),
        kept=Shelf.of({number: _fields(phrase) for number, phrase in enumerate(entries)}),
        weights=tuple(sum(weight for _, weight in phrase.concepts) for phrase in entries),
        numbers={name: tuple(numbers) for name, numbers in index.items()},
    )


def _fields(one: Phrase) -> tuple[Any, ...]:
    return one.action.name, one.language, one.concepts, one.slots, one.cues, one.optional


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
            turned = token.concept == "in" and token.text.lower() == "en" and CHANGING & {*before}
            before.append("to" if turned else token.concept)
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
