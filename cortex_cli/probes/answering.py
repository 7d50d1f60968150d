"""From a question to a fact: reads it, chooses a probe, has it read, and says what it read.

Decides how sure is sure enough.  At most two probes read for one question: the second only
where the first one's collector refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import compiled
from cortex_cli.actions import matcher, phrases, sentence
from cortex_cli.actions.action import Unfillable, expand_home, fill
from cortex_cli.finding import Finding
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH
from cortex_cli.probes import by_name, loading, manner, marking, sayings
from cortex_cli.probes.machine import Machine
from cortex_cli.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cortex_cli.actions.matcher import Match
    from cortex_cli.actions.phrases import PhraseIndex
    from cortex_cli.actions.sentence import Sentence
    from cortex_cli.finding import ShownCommand
    from cortex_cli.probes.probe import Probe, Reading

    Collector = Callable[[Machine, Mapping[str, str]], Reading | None]

KIND = "fact"
LEXICON = Path(__file__).parent / "lexicon.txt"
THRESHOLD = 0.7
MAX_READ = 2
MAX_CONFIDENCE = 0.99
_PATHS = frozenset({"path", "file", "folder"})
ASIDE_WEIGHT, SECOND = 0.2, 0.96
_ASIDES = frozenset(
    """
    running installed used exist current enabled configured open have this login boot init
    systemd called since isthere linux config active
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_QUALITIES = frozenset(
    """
    empty hidden executable symlink broken image video audio pdf csv json duplicate script writable
    setuid word line older newer more less except not without named ending starting
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# "The first user of unix" is no user of this machine.
_RANKS = frozenset({"first", "last", "previous", "next", "second"})
_TROUBLES = frozenset({"error", "failed", "warning", "slow", "critical", "journal", "log"})
SLOT_COST = 0.04
FILES = "folders"
# Phrases of small words ("who is {user}") rank low before they are compared in full.
BREADTH = 250


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class ProbeIndex:
    """Every probe by its id, and their phrases."""

    probes: Shelf[str, Probe]
    phrases: PhraseIndex


@cache
def index() -> ProbeIndex:
    """Every probe, from the compiled copy if there is one."""
    room = Path(__file__).parent
    return compiled.load(room, ProbeIndex, build_index, also=(Path(matcher.__file__).parent,))


def build_index() -> ProbeIndex:
    """Every probe, from the catalogue's files."""
    probes = loading.load()
    actions = [probe.action for probe in probes.values()]
    return ProbeIndex(Shelf.of(probes), phrases.index_phrases(actions, LEXICON))


def phrase_index() -> PhraseIndex:
    """The phrases of every probe."""
    return index().phrases


def find(
    question: str, language: str, environ: Mapping[str, str], machine: Machine | None = None
) -> Finding | None:
    """What this machine says to ``question``; None when no fact of it is surely asked."""
    spoken = language if language in (ENGLISH, FRENCH, SPANISH) else ENGLISH
    read = machine if machine is not None else Machine(environ=environ)
    asked = sentence.read(marking.mark(question, read), spoken, LEXICON)
    if asked is None or not asked.tokens:
        return None
    directness = manner.directness(asked)
    if not directness:
        return None
    if named := by_name.find(question, read):
        return named
    for match in candidates(asked, directness)[:MAX_READ]:
        probe = index().probes[match.action.name]
        values = _values(match)
        plain = {name: expand_home(value) for name, value in values.items()}
        reading = collector(probe.reader)(read, plain)
        if reading is not None:
            score = min(match.score * directness, MAX_CONFIDENCE)
            return _build_finding(probe, reading, values, spoken, score)
    return None


def is_about_a_fact(question: str, language: str) -> bool:
    """True where a question asks for the state of this machine, and not to be shown a way."""
    spoken = language if language in (ENGLISH, FRENCH, SPANISH) else ENGLISH
    asked = sentence.read(question, spoken, LEXICON)
    return asked is not None and manner.directness(asked) > manner.SHOWN


def candidates(asked: Sentence, directness: float = 1.0) -> list[Match]:
    """The probes that may be meant, best first; those that are not sure enough are left out.

    Where nothing is sure, the words that only say that something is so ("is set", "is
    running") count for little, and it is tried once more.
    """
    sure_matches = _rank_matches(asked, directness)
    if sure_matches:
        return sure_matches
    tokens = tuple(
        replace(token, weight=ASIDE_WEIGHT) if token.concept in _ASIDES else token
        for token in asked.tokens
    )
    return (
        _rank_matches(replace(asked, tokens=tokens), directness * SECOND)
        if tokens != asked.tokens
        else []
    )


def _rank_matches(asked: Sentence, directness: float) -> list[Match]:
    """Of two near matches the one with fewer slots is the more particular."""
    matches = [
        match
        for match in matcher.matches(asked, among=phrase_index(), breadth=BREADTH)
        if match.complete
        and match.score * directness >= THRESHOLD
        and not _changes(match, asked)
        and not _passes_over(match, asked)
        and not _is_guessed_path(match)
        and not (match.action.area == FILES and _asks_more(match, asked))
    ]
    return sorted(matches, key=lambda match: SLOT_COST * len(match.values) - match.score)


def _passes_over(match: Match, asked: Sentence) -> bool:
    """Whether a word is left over that nobody here knows: "the temperature in Paris"."""
    return any(
        place not in match.used
        and token.weight >= 1.0
        and (not token.known or token.ordinary or token.concept in _RANKS)
        and not (place == 0 and manner.is_misspelt(token.text))
        for place, token in enumerate(asked.tokens)
    )


def _asks_more(match: Match, asked: Sentence) -> bool:
    """Whether more is said of the files than the probe takes in: "empty", "jpg"."""
    return any(
        place not in match.used
        and token.weight >= 1.0
        and (not token.known or token.concept in _QUALITIES)
        for place, token in enumerate(asked.tokens)
    )


def _is_guessed_path(match: Match) -> bool:
    """Whether a bare word that is no file here was taken for a path."""
    return any(
        match.action.parameters[name].kind in _PATHS
        and not set(value) & set("/.~")
        and not Path(value).exists()
        for name, value in match.values.items()
    )


def _changes(match: Match, asked: Sentence) -> bool:
    """Whether a verb is left over that changes something, or a trouble that has a cause."""
    return any(
        token.concept in manner.CHANGING | _TROUBLES and place not in match.used
        for place, token in enumerate(asked.tokens)
    )


def _values(match: Match) -> dict[str, str]:
    defaults = {
        name: one.default
        for name, one in match.action.parameters.items()
        if one.default is not None
    }
    return {**defaults, **match.values}


def collector(name: str) -> Collector:
    """The function of ``collectors`` that ``MODULE.FUNCTION`` names."""
    area, _, function = name.partition(".")
    collect: Collector = getattr(import_module(f"cortex_cli.probes.collectors.{area}"), function)
    return collect


def _build_finding(
    probe: Probe, reading: Reading, values: Mapping[str, str], language: str, score: float
) -> Finding:
    text = sayings.text(probe, reading, language)
    value = reading.values.get(probe.value, "")
    sources = (probe.source, *(f"man {page}" for page in probe.action.manual))
    return Finding(
        kind=KIND,
        confidence=round(score, 2),
        text=text,
        commands=_commands(probe, values, language),
        sources=tuple(source for source in sources if source),
        value=sayings.clean(sayings.format_value(value, language)),
        subject=probe.action.name,
    )


def _commands(probe: Probe, values: Mapping[str, str], language: str) -> tuple[ShownCommand, ...]:
    try:
        filled = fill(probe.action, values, language)
    except Unfillable:
        return ()
    return tuple(replace(command, note="") for command in filled.commands())
