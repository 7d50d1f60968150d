"""Packages that a request names: by their names, by a command, by a program that they replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.errors import NothingFound
from cortex_cli.expressions import expression
from cortex_cli.index import kinds
from cortex_cli.install import splitting
from cortex_cli.install.choice import CERTAIN, CONFIDENT, MAX_CANDIDATES, Choice, names_of
from cortex_cli.language.question import Question
from cortex_cli.language.words import EVERYDAY, SCAFFOLDING, content, words
from cortex_cli.packages import equivalents, everyday

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cortex_cli.packages.knowledge import Knowledge
    from cortex_cli.packages.package import Hit

_SEPARATORS = expression(r"[\s,;]+")
# "a calendar" is a kind of program, "calendar" is a package.
_ARTICLES = frozenset({"a", "an", "some", "un", "une", "una", "unos", "unas", "des"})


def match_comparison(request: str, knowledge: Knowledge) -> Choice | None:
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


def match_names(request: str, knowledge: Knowledge) -> Choice | None:
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
    return Choice(named, names_of(knowledge.search(Question(request), MAX_CANDIDATES)), "exact")


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


def match_command(request: str, knowledge: Knowledge, hits: Iterable[Hit]) -> Choice | None:
    """Return the package of the one command that is named: "mkfs.ntfs"."""
    one_word = len(content(request)) == 1
    packages = knowledge.commands(_last_word(request)) if one_word else []
    if not packages:
        return None
    others = [package.name for package in packages] + list(names_of(hits))
    return Choice((packages[0],), tuple(dict.fromkeys(others)), "exact")


def _last_word(request: str) -> str:
    """Return the last word as typed: in commands, case and punctuation matter."""
    return request.rpartition(" ")[2]


def match_everyday(request: str, knowledge: Knowledge) -> Choice | None:
    """Return what one everyday word means: "editor".

    Raises:
        NothingFound: it means several kinds of programs; the hint asks which.
    """
    meaning = everyday.find_meaning(Question(request))
    if meaning is None:
        return None
    if meaning.kinds:
        hint = f"say which: {', '.join(meaning.kinds)}"
        raise NothingFound(f"{request!r} can mean several things", hint=hint)
    packages = [package for name in meaning.packages if (package := knowledge.package(name))]
    others = tuple(package.name for package in packages)
    return Choice((packages[0],), others, "catalogue") if packages else None
