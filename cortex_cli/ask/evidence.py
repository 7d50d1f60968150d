"""Gathers the passages and facts that an answer may use, from the indexes and this machine.

Pure but for the indexes, which are passed in.  Each passage names its source; what no passage
supports is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.ask import scope
from cortex_cli.ask.citations import (
    cite_fact,
    cite_hit,
    cite_manual,
    cite_named_document,
    cite_package,
    cite_version,
)
from cortex_cli.ask.facts import Fact, select_facts
from cortex_cli.documents.passages import UNINFORMATIVE
from cortex_cli.expressions import expression
from cortex_cli.index import texts
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.words import EVERYDAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.passage import Passage
    from cortex_cli.debian.manpages import Manual, Manuals
    from cortex_cli.documents.search import DocumentHit, Documents
    from cortex_cli.language.question import Question
    from cortex_cli.packages.knowledge import Knowledge
    from cortex_cli.packages.package import Hit, Package

MAX_PASSAGES = 4
# A package that search found: with fewer of the question's words it is about something else.
MIN_COVERED = 0.99
# A single word is too little to search by, but may be the start of a package name.
MIN_NAME_START = 4
# Related enough for a model that can ignore what does not fit.
MIN_RELATED = 0.5
# A document must cover nearly all of the question, much of it in its name and summary: hits
# for questions about something else scored lower (docs/grounding.md).
MIN_DOCUMENT_COVERED, MIN_DOCUMENT_SCORE = 0.9, 3.0
MAX_DOCUMENTS = 3
# These ask what to do, not what to install.
HOW_TO_WORDS = frozenset(
    {"how", "comment", "cómo", "option", "options", "command", "commande", "comando"}
)

UNIT_WORDS = frozenset(
    """
    unit units service services daemon socket timer systemd systemctl enable enabled boot start
    starts started stop restart unité démarrer démarre démon servicio arrancar arranca demonio
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# sshd_config, apt.conf, deb-control
_FILE_NAME = expression(r"\w[._-]\w")
VERSION_WORDS = frozenset({"version", "installed", "installé", "installée", "versión", "instalado"})
# Hits need this many words that say more than "latest" or "file".
MIN_INFORMATIVE = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """``supporting`` answers the question; ``related`` may help a larger model."""

    supporting: tuple[Passage, ...]
    related: tuple[Passage, ...]

    @property
    def sources(self) -> list[str]:
        """The sources of what supports the answer, each once."""
        return list(dict.fromkeys(passage.source for passage in self.supporting))


@dataclass(frozen=True, slots=True)
class Library:
    """The indexes to look things up in; None where there is none."""

    knowledge: Knowledge
    manuals: Manuals | None = None
    documents: Documents | None = None


def gather(
    question: Question, library: Library, facts: Sequence[Fact], troubles: Sequence[Fact] = ()
) -> Evidence:
    """Gather what is known here about ``question``; ``troubles`` come first."""
    if scope.is_elsewhere(question.text):
        return Evidence((), ())
    knowledge = library.knowledge
    supporting = [cite_fact(fact) for fact in troubles]
    named = knowledge.find_named(question)
    if VERSION_WORDS & question.word_set:
        supporting += [cite_version(package) for package in named]
    supporting += [cite_package(package) for package in named]
    supporting += [cite_fact(fact) for fact in select_facts(question, facts)]
    hits = _search_documents(question, library.documents)
    # A page named like a common word may be about something else entirely.
    pages = [page for page in _cite_pages(question, named, library) if page.excerpt or not hits]
    supporting += pages
    about_units = bool(UNIT_WORDS & question.word_set) or not supporting
    supporting += _cite_named_documents(question, library.documents, units=about_units)
    packages = knowledge.search(question, limit=2 * MAX_PASSAGES)
    answered = any(page.excerpt for page in pages)
    if not supporting or (HOW_TO_WORDS & question.word_set and not answered):
        supporting += [cite_hit(hit) for hit in hits]
    if not supporting:
        supporting = [cite_package(hit.package) for hit in packages if _is_about(hit, question)]
    supporting = _drop_duplicates(supporting)[: max(MAX_PASSAGES, len(troubles))]
    subjects = {passage.subject for passage in supporting}
    related = [
        cite_package(hit.package)
        for hit in packages
        if hit.covered >= MIN_RELATED and hit.package.name not in subjects
    ]
    return Evidence(tuple(supporting), tuple(related[: max(0, MAX_PASSAGES - len(supporting))]))


def find_versions(question: Question, knowledge: Knowledge) -> list[Fact]:
    """Return which packages the question names, and their installed versions."""
    passages = [cite_version(package) for package in knowledge.find_named(question)]
    return [Fact(passage.text, passage.source, VERSION_WORDS) for passage in passages]


def _is_about(hit: Hit, question: Question) -> bool:
    if len(question.content) == 1:
        (word,) = question.content
        return len(word) >= MIN_NAME_START and hit.package.name.startswith(word)
    return hit.covered >= MIN_COVERED


def _drop_duplicates(passages: Sequence[Passage]) -> list[Passage]:
    """Keep one passage for each source, subject and summary; journal lines differ in the last."""
    kept = {(passage.source, passage.subject, passage.summary): passage for passage in passages}
    return list(kept.values())


def _list_subjects(question: Question) -> list[str]:
    """Return the words that may name a program."""
    subjects = [word for word in question.content if stem(word) not in UNINFORMATIVE]
    if len(subjects) > 1:
        subjects = [word for word in subjects if word not in UNIT_WORDS] or subjects
    return [word for word in subjects if not (len(subjects) > 1 and word in EVERYDAY)]


def _cite_pages(question: Question, named: Sequence[Package], library: Library) -> list[Passage]:
    """Cite the manuals of what the question names, by its other words."""
    if library.manuals is None:
        return []
    subjects = dict.fromkeys([*_list_subjects(question), *(package.name for package in named)])
    pages = [manual for word in subjects if (manual := _find_page(word, library.manuals))]
    return [passage for manual in pages if (passage := cite_manual(manual, question)) is not None]


def _find_page(word: str, manuals: Manuals) -> Manual | None:
    """Find the page of a command, or of a file name: "group" alone does not mean group(5)."""
    if page := manuals.find_command(word):
        return page
    return manuals.find(word) if _FILE_NAME.search(word) else None


def _cite_named_documents(
    question: Question, documents: Documents | None, *, units: bool
) -> list[Passage]:
    """Cite the units of what the question names, and README.Debian files by its other words."""
    if documents is None:
        return []
    named = [
        document for word in _list_subjects(question) for document in documents.find_named(word)
    ]
    return [
        passage
        for document in named
        if (units or document.kind != texts.UNIT)
        and (passage := cite_named_document(document, question))
    ]


def _search_documents(question: Question, documents: Documents | None) -> list[DocumentHit]:
    """Return the documents that cover nearly all of the question."""
    terms = question.manual_terms
    informative = [term for term in terms if term.stem not in VAGUE]
    if documents is None or len(informative) < min(MIN_INFORMATIVE, len(terms)):
        return []
    return [
        hit
        for hit in documents.search(question, MAX_DOCUMENTS)
        if hit.covered >= MIN_DOCUMENT_COVERED and hit.score >= MIN_DOCUMENT_SCORE
    ]
