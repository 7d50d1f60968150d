"""From the words of a request to a plan: exact names, else the index's candidates and a choice.

Deterministic code finds the candidates and checks the choice; the model only picks.  Without
a model, or where its pick is no use, the index's first candidate stands.
"""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli import output, plan, prompts, provider
from cortex_cli.errors import NothingFound
from cortex_cli.knowledge import Knowledge
from cortex_cli.provider import Question
from cortex_cli.words import content, words
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.knowledge import Hit, Package
    from cortex_cli.plan import Plan, PlannedPackage, Source
    from cortex_cli.settings import Settings

MAX_CANDIDATES = 8
# Found by fewer of the request's words, a package is about something else.
MIN_COVERED = 0.34
# The small model picks only between candidates that the ranking holds nearly equal: asked
# about all of them it was measured to choose worse than the ranking does.
NANO_MARGIN = 1.5
CHOICE_MAX_TOKENS = 128
_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which packages, what else would do, and who chose."""

    packages: tuple[Package, ...]
    alternatives: tuple[str, ...]
    source: Source


def plan_install(settings: Settings, request: str) -> Plan:
    """Plan the installation of what ``request`` asks for.

    Raises:
        NothingFound: no package of this machine's index fits.
    """
    with Knowledge.open(settings.environ) as knowledge:
        if not len(knowledge):
            raise NothingFound(
                "this machine has no package lists to choose from", hint="run: apt-get update"
            )
        choice = _exact(request, knowledge) or _found(settings, request, knowledge)
    packages = [_planned(package) for package in choice.packages]
    root = os.geteuid() == 0
    return plan.make(request, packages, choice.alternatives, choice.source, root=root)


def _exact(request: str, knowledge: Knowledge) -> Choice | None:
    """The packages named, if the request names packages and nothing else."""
    said = content(request) or words(request)
    typed = [word for word in _SEPARATORS.split(request.lower()) if word]
    packages = [knowledge.package(word) for word in typed]
    if not all(packages):
        packages = [knowledge.package(word) for word in said]
    named = tuple(dict.fromkeys(package for package in packages if package is not None))
    if not named or len([package for package in packages if package]) != len(packages):
        return None
    similar = [hit.package.name for hit in knowledge.search(request, MAX_CANDIDATES)]
    return Choice(named, tuple(similar), "exact")


def _found(settings: Settings, request: str, knowledge: Knowledge) -> Choice:
    hits = [hit for hit in knowledge.search(request, 2 * MAX_CANDIDATES) if _fits(hit)]
    hits = hits[:MAX_CANDIDATES]
    if not hits:
        near = [name for word in content(request) for name in knowledge.near_names(word)]
        raise NothingFound(
            f"no package of this machine's index fits {request!r}",
            hint=f"did you mean {' or '.join(near[:3])}?" if near else "other words may find it",
        )
    candidates = [hit.package for hit in hits]
    names = tuple(package.name for package in candidates)
    picked = _picked_by_model(settings, request, hits)
    if picked is None:
        return Choice((candidates[0],), names, "index")
    if not picked:
        raise NothingFound(
            f"nothing that fits {request!r}", hint=f"the nearest are: {', '.join(names[:5])}"
        )
    by_name = {package.name: package for package in candidates}
    return Choice(tuple(by_name[name] for name in picked), names, "model")


def _fits(hit: Hit) -> bool:
    return hit.covered >= MIN_COVERED


def _picked_by_model(settings: Settings, request: str, hits: Sequence[Hit]) -> list[str] | None:
    """The model's choice; None where there is no model, no need, or no valid choice."""
    try:
        with closing(provider.choose(settings)) as source:
            model = source.model()
            if model.profile == prompts.NANO:
                hits = [hit for hit in hits if hit.score >= hits[0].score - NANO_MARGIN]
                if len(hits) == 1:
                    return None
            candidates = [hit.package for hit in hits]
            names = [package.name for package in candidates]
            messages = prompts.messages(
                model.profile, "install", request=request, candidates=candidates
            )
            question = Question(messages, CHOICE_MAX_TOKENS, json_schema=plan.schema(names))
            with output.Waiting("waiting for the model"):
                reply, _ = provider.complete(source, question)
    except CortexError as error:
        output.talk(f"choosing without a model: {error.message}")
        return None
    picked = plan.chosen(reply, names)
    if model.profile == prompts.NANO:
        return picked[:1] if picked else None
    return picked


def _planned(package: Package) -> PlannedPackage:
    return plan.PlannedPackage(package.name, package.version, package.origin, package.installed)
