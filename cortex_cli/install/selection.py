"""From the words of a request to a plan: exact names, else the catalogue, else the index.

Deterministic code finds the candidates and checks the choice; the model only picks, and only
if the catalogue is not confident.  Without a model, or if its pick is invalid, the first
candidate is taken.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.errors import NothingFound
from cortex_cli.index import kinds
from cortex_cli.index.packages import explain_missing_lists
from cortex_cli.install import model_choice, plan, splitting
from cortex_cli.language.question import Question
from cortex_cli.language.terms import stems
from cortex_cli.language.words import EVERYDAY, SCAFFOLDING, content, words
from cortex_cli.packages import equivalents, everyday
from cortex_cli.packages.knowledge import Knowledge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cortex_cli.install.plan import Plan, PlannedPackage, PlanOrigin
    from cortex_cli.packages.knowledge import Hit, Package
    from cortex_cli.settings import Settings

MAX_CANDIDATES = 8
# A package that matches fewer of the request's words is about something else.
MIN_COVERAGE = 0.34
# The same for the catalogue's matches, used when nothing else is left.
MIN_CURATED = 0.42
# Above this no model is asked: for phrases it had not seen, the catalogue alone was right in 62 of
# 100 cases at 0.7 and in 93 above 0.9 (docs/grounding.md), a small model in far fewer.
CONFIDENT = 0.7
# Above this the catalogue's first package is meant, whatever else the words match.
CERTAIN, CERTAIN_MARGIN = 0.95, 0.02
# To split a request, each part must match on its own.
CONFIDENT_LISTED, CONFIDENT_DESCRIBED = 0.75, 0.9
JOINABLE_WORDS = 2
# Words for a place, not for what is wanted: "between my phone and computer".
PLACE_WORDS = frozenset(stems("phone computer laptop machine system network internet"))
# One word with a sign or a digit in it, as packages are called.
_NAME = re.compile(r"(?=[a-z0-9]*[-+.0-9])[a-z0-9][a-z0-9+.-]+")
_SEPARATORS = re.compile(r"[\s,;]+")
# "a calendar" is a kind of program, "calendar" is a package.
_ARTICLES = frozenset({"a", "an", "some", "un", "une", "una", "unos", "unas", "des"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Which packages, the alternatives, and how they were chosen."""

    packages: tuple[Package, ...]
    alternatives: tuple[str, ...]
    origin: PlanOrigin


def plan_install(settings: Settings, request: str) -> Plan:
    """Plan the installation of what ``request`` asks for.

    Raises:
        NothingFound: no package in this machine's index matches, or it has no package lists.
    """
    missing = explain_missing_lists(settings.environ)
    with Knowledge.open(settings.environ) as knowledge:
        if missing is not None:
            # What is installed can be named; nothing else is known.
            choice = _match_names(request, knowledge)
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
        _match_comparison(request, knowledge)
        or _match_names(request, knowledge)
        or _match_everyday(request, knowledge)
        or _match_several(request, knowledge)
    )
    if choice is not None:
        return choice
    request = _join_words(request, knowledge)
    hits = find_candidates(request, knowledge)
    if names := _match_certain(request, knowledge, hits):
        package = knowledge.package(names[0])
        if package is not None:
            others = dict.fromkeys((*names, *_names(hits)))
            return Choice((package,), tuple(others), "catalogue")
    if hits and hits[0].curated >= CONFIDENT:
        return Choice((hits[0].package,), _names(hits), "catalogue")
    return _match_command(request, knowledge, hits)


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
    """Return the packages of the intent that a phrase names almost literally; empty if none."""
    matches = knowledge.matches(Question(request))
    certain = [match.packages for match in matches if match.score >= CERTAIN]
    certain = [
        names
        for names, match in zip(certain, matches, strict=False)
        if match.score >= matches[0].score - CERTAIN_MARGIN
    ]
    # If several match equally well, the ranking decides.
    order = {name: place for place, name in enumerate(_names(hits))}
    return min(certain, key=lambda names: order.get(names[0], len(order)), default=())


def find_candidates(request: str, knowledge: Knowledge) -> list[Hit]:
    """Return the packages that may be meant, best first."""
    hits = knowledge.search(Question(request), 2 * MAX_CANDIDATES)
    kept = [hit for hit in hits if _is_relevant(hit) or hit.curated >= MIN_CURATED]
    return kept[:MAX_CANDIDATES]


def _match_comparison(request: str, knowledge: Knowledge) -> Choice | None:
    """Return what does the same as the program that is named: "something like Photoshop"."""
    comparison = equivalents.find_comparison(request)
    if comparison is None:
        return None
    name = comparison.name
    if not comparison.explicit and (
        splitting.split_list(request) or knowledge.package(name) or knowledge.commands(name)
    ):
        return None  # a name among others, or one that this machine's lists know
    names: Sequence[str] = comparison.packages
    if not names and knowledge.package(name):
        names = knowledge.find_similar(name)
    packages = [package for name in names if (package := knowledge.package(name))]
    if not packages:
        return None
    others = tuple(package.name for package in packages[:MAX_CANDIDATES])
    return Choice((packages[0],), others, "catalogue")


def _match_names(request: str, knowledge: Knowledge) -> Choice | None:
    """Return the named packages, if the request names packages and nothing else."""
    terms = content(request) or words(request)
    if _is_generic(request, terms, knowledge):
        return None
    typed = [word for word in _SEPARATORS.split(request.lower()) if word]
    # "and" is also a package, but in "docker and git" it joins two.
    packages = [knowledge.package(word) for word in typed if word in terms or len(typed) == 1]
    packages += [None] * (len(packages) < len(typed) and not set(typed) - set(terms) <= SCAFFOLDING)
    if not all(packages):
        packages = [knowledge.package(word) for word in terms]
    named = tuple(dict.fromkeys(package for package in packages if package is not None))
    if not named or len([package for package in packages if package]) != len(packages):
        return None
    if len(named) == 1 and named[0].kind == kinds.TRANSITIONAL and _is_phrase(request, knowledge):
        return None  # "docker" is the old name of a dock, but means containers
    return Choice(named, _names(knowledge.search(Question(request), MAX_CANDIDATES)), "exact")


def _is_phrase(request: str, knowledge: Knowledge) -> bool:
    matches = knowledge.matches(Question(request))
    return bool(matches) and matches[0].score >= CERTAIN


def _is_generic(request: str, terms: Sequence[str], knowledge: Knowledge) -> bool:
    """True for "a calendar" and "time tracker": everyday words that also name packages."""
    if not any(word in EVERYDAY for word in terms):
        return False
    if len(terms) == 1 and not _ARTICLES & set(words(request)):
        return False
    matches = knowledge.matches(Question(request))
    return bool(matches) and matches[0].score >= CONFIDENT


def _match_everyday(request: str, knowledge: Knowledge) -> Choice | None:
    """Return what one everyday word means: "editor".

    Raises:
        NothingFound: it means several kinds of programs; the hint asks which.
    """
    meaning = everyday.find_meaning(Question(request))
    if meaning is None:
        return None
    if meaning.kinds:
        kinds_listed = ", ".join(meaning.kinds)
        raise NothingFound(
            f"{request!r} can mean several things", hint=f"say which: {kinds_listed}"
        )
    packages = [package for name in meaning.packages if (package := knowledge.package(name))]
    others = tuple(package.name for package in packages)
    return Choice((packages[0],), others, "catalogue") if packages else None


def _match_several(request: str, knowledge: Knowledge) -> Choice | None:
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
    if set(stems(part)) <= PLACE_WORDS:
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


def _match_command(request: str, knowledge: Knowledge, hits: Iterable[Hit]) -> Choice | None:
    """Return the package of the one command that is named: "mkfs.ntfs"."""
    one_word = len(content(request)) == 1
    typed = request.rpartition(" ")[2]  # in commands, case and punctuation matter
    packages = knowledge.commands(typed) if one_word else []
    if not packages:
        return None
    others = [package.name for package in packages] + list(_names(hits))
    return Choice((packages[0],), tuple(dict.fromkeys(others)), "exact")


def _choose_among(settings: Settings, request: str, knowledge: Knowledge) -> Choice:
    hits = find_candidates(request, knowledge)
    if not hits:
        near = [name for word in content(request) for name in knowledge.suggest_names(word)]
        raise NothingFound(
            f"no package matches {request!r}",
            hint=f"did you mean {' or '.join(near[:3])}?" if near else "try different words",
        )
    names = _names(hits)
    choice = model_choice.try_model(settings, request, hits)
    if choice is None:
        return Choice((hits[0].package,), names, hits[0].found_by)
    if not choice:
        raise NothingFound(
            f"no package matches {request!r}", hint=f"closest matches: {', '.join(names[:5])}"
        )
    by_name = {hit.package.name: hit.package for hit in hits}
    return Choice(tuple(by_name[name] for name in choice), names, "model")


def _is_relevant(hit: Hit) -> bool:
    return hit.covered >= MIN_COVERAGE or hit.found_by == "catalogue"


def _names(hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(hit.package.name for hit in hits)


def _plan_package(package: Package) -> PlannedPackage:
    return plan.PlannedPackage(package.name, package.version, package.origin, package.installed)
