"""Requests that list several things: one package for each, if each matches on its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cortex_cli.install import splitting
from cortex_cli.install.choice import Choice
from cortex_cli.language.question import Question
from cortex_cli.language.terms import stems
from cortex_cli.language.words import EVERYDAY, content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.packages.knowledge import Knowledge

CONFIDENT_LISTED, CONFIDENT_DESCRIBED = 0.75, 0.9
# Words for a place, not for what is wanted: "between my phone and computer".
PLACES = "phone computer laptop machine system network internet"


def match_several(request: str, knowledge: Knowledge) -> Choice | None:
    """Return one package for each thing that a request lists, if each matches on its own."""
    for parts, threshold in (
        (splitting.split_nested(request), CONFIDENT_DESCRIBED),
        (splitting.split_list(request), CONFIDENT_LISTED),
        (splitting.split_description(request), CONFIDENT_DESCRIBED),
    ):
        matched = [_match_part(part, knowledge, threshold) for part in parts]
        if matched and all(matched):
            return _combine(request, matched, knowledge)
    return None


def _match_part(part: str, knowledge: Knowledge, threshold: float) -> list[str]:
    """Return the packages for one part of a request, best first; empty if uncertain."""
    terms = content(part)
    if len(terms) == 1 and terms[0] not in EVERYDAY and knowledge.package(terms[0]):
        return terms
    if set(stems(part)) <= _place_stems():
        return []
    matches = knowledge.matches(Question(part))
    return list(matches[0].packages) if matches and matches[0].score >= threshold else []


def _combine(request: str, matched: Sequence[Sequence[str]], knowledge: Knowledge) -> Choice | None:
    whole = knowledge.matches(Question(request))
    # If the catalogue has the combination, its packages go together.
    matching = whole[0].packages if whole and whole[0].score >= CONFIDENT_DESCRIBED else ()
    names = list(matching[:1])
    for part in matched:
        shared = [name for name in part if name in matching]
        names += (shared or part)[:1]
    packages = [pkg for name in dict.fromkeys(names) if (pkg := knowledge.package(name))]
    if not packages:
        return None
    others = [name for part in zip(*matched, strict=False) for name in part]
    return Choice(tuple(packages), tuple(dict.fromkeys(others)), "catalogue")


@cache
def _place_stems() -> frozenset[str]:
    return frozenset(stems(PLACES))
