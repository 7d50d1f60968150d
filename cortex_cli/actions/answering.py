"""From a question to a finding: reads it, weighs catalogue and families, says what it found.

Decides how sure is sure enough.  What destroys needs the whole sentence accounted for, and
shows beforehand what it would take.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions import composer, leftover, matcher, sayings, sentence, variants
from cortex_cli.actions.action import Filled, Unfillable, fill
from cortex_cli.actions.families.draft import LocalizedText
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS, Finding, ShownCommand
from cortex_cli.language.stems import fold
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

KIND = "action"
THRESHOLD = 0.74
# What destroys or leaves the machine: nearly every word must be accounted for.
THRESHOLDS = {CHANGES: 0.74, DESTROYS: 0.78, LEAVES: 0.74}
# With a gap in the command, only the words speak for it.
GAP_THRESHOLD = 0.82
# What needs nothing named goes before what lacks a name.
GAP_SHARE = 0.93
# What was left out or corrected to understand a sentence is a guess.
VARIED_THRESHOLD, VARIED_SHARE = 0.85, 0.93
# Two readings this close are both shown, and the person chooses.
MARGIN = 0.02
# Score → how often such a reading was right, on 600 sentences asked for the first time.
_MEASURED = ((0.0, 0.4), (0.74, 0.72), (0.94, 0.82), (0.97, 0.95), (1.1, 0.97))
CHOICE_SHARE = 0.85
_DEFINES = expression(
    r"\s{0,9}¿?\s{0,9}(?:what\s{1,9}(?:is|are)\s{1,9}(?:an?\s{1,9})?"
    # what follows asks for something of this machine, not for a meaning
    r"(?!(?:the|my|our|this|on|in|using|taking|listening|running|eating|installed|mounted|scheduled|"
    r"logged|open|connected|filling|slowing|blocking|wrong|today|current)\b)"
    r"|explain\b|define\b|explica\b|explique\b"
    r"|qu'est[- ]ce qu'une?\b|qu'est[- ]ce que (?!je)|c'est quoi|qué es\b|que es una?\b)",
    re.IGNORECASE,
)
_MEANS = expression(
    r"\b(?:mean|means|meaning of|veut dire|signifie|significa|quiere decir|stand for"
    r"|what does \S+ do)\b",
    re.IGNORECASE,
)
# "who has the port open" asks what is; nothing is to be changed.
_ASKS_WHAT_IS = expression(
    r"\W*(?:who|whose|which|what|where|is|are|was|were|does|did|has|have|why|when"
    r"|how (?:many|much|long|big)"
    r"|quels?|quelles?|qui|combien|ou est|est[- ]ce qu|pourquoi|depuis quand"
    r"|que (?=\w+)|cuanto?s?|cuantas?|cual(?:es)?|quien(?:es)?|donde|cuando)\b"
    r"(?! (?:do|can|should|could) i\b)"
)
# "who is connected by ssh" wants a name, and so names none.
_ASKS_WHO = expression(r"\W*(?:who|qui|quien(?:es)?)\b")
ASKED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a question."""

    filled: Filled
    score: float


def readings(asked: Sentence) -> list[Reading]:
    """Every reading, best first; those that are not sure enough are left out."""
    candidates = [
        Reading(
            replace(draft.filled, does=_localize(draft.filled.does, asked.language)),
            draft.score * leftover.factor(asked, draft.used),
        )
        for draft in composer.drafts(asked)
    ]
    start = fold(asked.text[:200])
    names_none = _ASKS_WHO.match(start)
    for match in matcher.matches(asked):
        try:
            filled = fill(match.action, match.values, asked.language)
        except Unfillable:
            continue
        share = 1.0 if match.complete else GAP_SHARE * (ASKED_SHARE if names_none else 1.0)
        # One word alone, "refuse", asks for nothing.
        specific = match.complete or sum(t.weight >= 1.0 for t in asked.tokens) > 1
        if specific and (match.complete or match.score >= GAP_THRESHOLD):
            candidates.append(
                Reading(filled, match.score * share * leftover.factor(asked, match.used))
            )
    if _ASKS_WHAT_IS.match(start):
        candidates = [
            one if one.filled.effect == READS else replace(one, score=one.score * ASKED_SHARE)
            for one in candidates
        ]
    kept = [one for one in candidates if one.score >= THRESHOLDS.get(one.filled.effect, THRESHOLD)]
    return _drop_duplicates(sorted(kept, key=lambda one: -one.score))


def _read_variants(asked: Sentence) -> list[Reading]:
    """Readings of the same said otherwise: surer ones only, and none that cannot be undone."""
    for text in variants.variants(asked):
        other = sentence.read(text, asked.language)
        candidates = [
            replace(one, score=one.score * VARIED_SHARE)
            for one in (readings(other) if other is not None else ())
            if one.score >= VARIED_THRESHOLD and one.filled.effect in (READS, CHANGES)
        ]
        if candidates:
            return candidates
    return []


def _localize(does: str, language: str) -> str:
    return does.of(language) if isinstance(does, LocalizedText) else does


def _drop_duplicates(candidates: list[Reading]) -> list[Reading]:
    seen: dict[tuple[str, ...], Reading] = {}
    for one in candidates:
        seen.setdefault(tuple(step.text() for step in one.filled.steps), one)
    return list(seen.values())


def find(question: str, language: str) -> Finding | None:
    """How what is asked is done on this machine; None when it is no action, or not surely one."""
    known = language if language in (ENGLISH, FRENCH, SPANISH) else ENGLISH
    asked = sentence.read(question, known)
    if asked is None or not asked.tokens or _asks_meaning(asked) or "option" in asked.concepts():
        return None
    candidates = readings(asked) or _read_variants(asked)
    if not candidates:
        return None
    best, *others = candidates
    near = [one for one in others if best.score - one.score <= MARGIN and _differs(one, best)][:1]
    if near:
        return _build_choice(best, near[0], known)
    return Finding(
        kind=KIND,
        confidence=confidence(best.score),
        text=sayings.text(best.filled, known),
        commands=_commands(best.filled),
        sources=tuple(f"man {page}" for page in best.filled.manual),
        subject=best.filled.name,
    )


def confidence(score: float) -> float:
    """How often a reading of this score is right: between what was measured, a straight line."""
    for (low, least), (high, most) in pairwise(_MEASURED):
        if score <= high:
            return round(least + (most - least) * (score - low) / (high - low), 2)
    return _MEASURED[-1][1]


def _asks_meaning(asked: Sentence) -> bool:
    """ "what is an inode", "what does X mean": an explanation is wanted, nothing done."""
    if _MEANS.search(asked.text):
        return True
    literal = any(token.literal is not None and token.weight > 1.0 for token in asked.tokens)
    return bool(_DEFINES.match(asked.text)) and not literal


def _differs(one: Reading, other: Reading) -> bool:
    """Asking makes sense only where the choice matters."""
    return READS not in (one.filled.effect, other.filled.effect)


def _commands(filled: Filled) -> tuple[ShownCommand, ...]:
    note = sayings.clean(filled.does)
    return tuple(replace(command, note=note) for command in filled.commands())


def _build_choice(best: Reading, other: Reading, language: str) -> Finding:
    pages = dict.fromkeys((*best.filled.manual, *other.filled.manual))
    return Finding(
        kind=KIND,
        confidence=round(confidence(best.score) * CHOICE_SHARE, 2),
        text=sayings.choice(best.filled, other.filled, language),
        commands=(*_commands(best.filled), *_commands(other.filled)),
        sources=tuple(f"man {page}" for page in pages),
        subject=best.filled.name,
    )
