"""From the words of a request to a plan: exact names, else the catalogue, else the index.

Deterministic code finds the candidates and checks the choice; the model only picks, and only
if the catalogue is not confident.  Without a model, or if its pick is invalid, the first
candidate is taken.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cortex_cli.errors import NothingFound
from cortex_cli.expressions import expression
from cortex_cli.index.packages import explain_missing_lists
from cortex_cli.install import plan
from cortex_cli.install.choice import (
    CERTAIN,
    CERTAIN_MARGIN,
    CONFIDENT,
    MAX_CANDIDATES,
    Choice,
    names_of,
)
from cortex_cli.install.combination import match_several
from cortex_cli.install.naming import match_command, match_comparison, match_everyday, match_names
from cortex_cli.language.question import Question
from cortex_cli.language.words import content, words
from cortex_cli.packages.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.install.plan import Plan, PlannedPackage
    from cortex_cli.packages.package import Hit, Package
    from cortex_cli.settings import Settings

# A package that matches fewer of the request's words is about something else.
MIN_COVERAGE = 0.34
# The same for the catalogue's matches, used when nothing else is left.
MIN_CURATED = 0.42
JOINABLE_WORDS = 2
# One word with a sign or a digit in it, as packages are called.
_NAME = expression(r"(?=[a-z0-9]*[-+.0-9])[a-z0-9][a-z0-9+.-]+")


def plan_install(settings: Settings, request: str) -> Plan:
    """Plan the installation of what ``request`` asks for.

    Raises:
        NothingFound: no package in this machine's index matches, or it has no package lists.
    """
    missing = explain_missing_lists(settings.environ)
    with Knowledge.open(settings.environ) as knowledge:
        if missing is not None:
            # What is installed can be named; nothing else is known.
            choice = match_names(request, knowledge)
            if choice is None:
                raise missing
        else:
            choice = choose(request, knowledge)
        # Today's lists may have it; "cortex-tool" is the name of something, not a wish.
        is_new = choice is None or (choice.origin != "exact" and _NAME.fullmatch(request))
        if is_new and knowledge.catch_up():
            choice = choose(request, knowledge)
        choice = choice or _choose_among(settings, request, knowledge)
    packages = [_plan_package(package) for package in choice.packages]
    root = os.geteuid() == 0
    return plan.build(request, packages, choice.alternatives, choice.origin, root=root)


def choose(request: str, knowledge: Knowledge) -> Choice | None:
    """Return the choice that needs no model; None if there is none.

    Raises:
        NothingFound: one word that means several kinds of programs.
    """
    choice = (
        match_comparison(request, knowledge)
        or match_names(request, knowledge)
        or match_everyday(request, knowledge)
        or match_several(request, knowledge)
    )
    if choice is not None:
        return choice
    request = _join_words(request, knowledge)
    hits = find_candidates(request, knowledge)
    if names := _match_certain(request, knowledge, hits):
        package = knowledge.package(names[0])
        if package is not None:
            others = dict.fromkeys((*names, *names_of(hits)))
            return Choice((package,), tuple(others), "catalogue")
    if hits and hits[0].curated >= CONFIDENT:
        return Choice((hits[0].package,), names_of(hits), "catalogue")
    return match_command(request, knowledge, hits)


def _join_words(request: str, knowledge: Knowledge) -> str:
    """Return ``request``, or the one name that its two words form: "fire fox"."""
    request_words = words(request)
    name = "".join(request_words)
    if len(request_words) != JOINABLE_WORDS or not name.isalpha():
        return request
    matches = knowledge.matches(Question(name))
    is_name = knowledge.package(name) or (matches and matches[0].score >= CERTAIN)
    separate = knowledge.matches(Question(request))
    return name if is_name and not (separate and separate[0].score >= CONFIDENT) else request


def _match_certain(request: str, knowledge: Knowledge, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Return the packages of the intent that a phrase names almost literally; empty if none.

    If several match equally well, the ranking decides.
    """
    matches = knowledge.matches(Question(request))
    certain = [match.packages for match in matches if match.score >= CERTAIN]
    certain = [
        names
        for names, match in zip(certain, matches, strict=False)
        if match.score >= matches[0].score - CERTAIN_MARGIN
    ]
    order = {name: place for place, name in enumerate(names_of(hits))}
    return min(certain, key=lambda names: order.get(names[0], len(order)), default=())


def find_candidates(request: str, knowledge: Knowledge) -> list[Hit]:
    """Return the packages that may be meant, best first."""
    hits = knowledge.search(Question(request), 2 * MAX_CANDIDATES)
    kept = [hit for hit in hits if _is_relevant(hit) or hit.curated >= MIN_CURATED]
    return kept[:MAX_CANDIDATES]


def _choose_among(settings: Settings, request: str, knowledge: Knowledge) -> Choice:
    hits = find_candidates(request, knowledge)
    if not hits:
        near = [name for word in content(request) for name in knowledge.suggest_names(word)]
        raise NothingFound(
            f"no package matches {request!r}",
            hint=f"did you mean {' or '.join(near[:3])}?" if near else "try different words",
        )
    from cortex_cli.install.model_choice import try_model  # most requests need no model

    names = names_of(hits)
    choice = try_model(settings, request, hits)
    if choice is None:
        return Choice((hits[0].package,), names, hits[0].finder)
    if not choice:
        raise NothingFound(
            f"no package matches {request!r}", hint=f"closest matches: {', '.join(names[:5])}"
        )
    by_name = {hit.package.name: hit.package for hit in hits}
    return Choice(tuple(by_name[name] for name in choice), names, "model")


def _is_relevant(hit: Hit) -> bool:
    return hit.covered >= MIN_COVERAGE or hit.finder == "catalogue"


def _plan_package(package: Package) -> PlannedPackage:
    return plan.PlannedPackage(package.name, package.version, package.origin, package.installed)
