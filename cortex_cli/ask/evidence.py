"""Picks what an answer may rest on: passages from the indexes and facts of this machine.

Pure but for its sources, which are handed in.  A passage is quoted with its origin; what no
passage supports is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.ask.facts import Fact, asked_for
from cortex_cli.documents.passages import SILENT, Wanted
from cortex_cli.index import texts
from cortex_cli.language.stems import stem
from cortex_cli.language.words import EVERYDAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.debian.manpages import Manual, Manuals
    from cortex_cli.documents.search import Document, Documents
    from cortex_cli.documents.search import Found as FoundDocument
    from cortex_cli.language.question import Question
    from cortex_cli.packages.knowledge import Hit, Knowledge, Package

MAX_PASSAGES = 4
# A long description says what matters in its first paragraphs.
MAX_PASSAGE_CHARS = 1200
# Of a manual: the paragraphs that answer, or else the first.
MAX_PARAGRAPHS = 4
MAX_QUOTED_CHARS = 400
# Found by search and not by name: with fewer of the question's words it is about another thing.
MIN_COVERED = 0.99
# A single word says too little to search by; it may be the beginning of a name.
MIN_NAME_START = 4
# Enough to be related, for a model that knows what to leave out.
MIN_RELATED = 0.5
# A document says nearly all of the question, and much of it in its name and summary: what was
# found for questions about other things scored less (docs/grounding.md).
MIN_DOCUMENT_COVERED, MIN_DOCUMENT_SCORE = 0.9, 3.0
MAX_DOCUMENTS = 3
# Who asks so wants to know what to do here, not what to install.
HOW = frozenset({"how", "comment", "cómo", "option", "options", "command", "commande", "comando"})

UNIT_WORDS = frozenset(
    """
    unit units service services daemon socket timer systemd systemctl enable enabled boot start
    starts started stop restart unité démarrer démarre démon servicio arrancar arranca demonio
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# sshd_config, apt.conf, deb-control
_FILE_NAME = re.compile(r"\w[._-]\w")
_NAME_PARTS = re.compile(r"[._-]")
VERSION_WORDS = frozenset({"version", "installed", "installé", "installée", "versión", "instalado"})
# A README.Debian is long and about many things.
MIN_README_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, and where it is from: ``apt: nginx 1.22.1``.

    ``telling`` is the part of it that has most of the question.
    """

    subject: str
    summary: str
    text: str
    source: str
    telling: str = ""

    @property
    def sentence(self) -> str:
        """The summary as one sentence that names its subject."""
        if not self.subject:
            return self.summary
        summary = self.summary.rstrip(".")
        return f"{self.subject}: {summary}." if summary else self.subject

    @property
    def quoted(self) -> str:
        """The sentence, and what tells more."""
        return f"{self.sentence}\n{self.telling}" if self.telling else self.sentence


@dataclass(frozen=True, slots=True)
class Evidence:
    """``supporting`` answers the question; ``related`` may help one that knows more."""

    supporting: tuple[Passage, ...]
    related: tuple[Passage, ...]

    @property
    def sources(self) -> list[str]:
        """The sources of what supports the answer, each once."""
        return list(dict.fromkeys(passage.source for passage in self.supporting))


@dataclass(frozen=True, slots=True)
class Library:
    """All that can be looked up here; what is None is not looked into."""

    knowledge: Knowledge
    manuals: Manuals | None = None
    documents: Documents | None = None


def gather(
    question: Question, library: Library, facts: Sequence[Fact], troubles: Sequence[Fact] = ()
) -> Evidence:
    """What is known here about ``question``; ``troubles`` come first where it has some."""
    knowledge = library.knowledge
    supporting = [_of_fact(fact) for fact in troubles]
    named = knowledge.named(question)
    if VERSION_WORDS & question.word_set:
        supporting += [_of_version(package) for package in named]
    supporting += [_of_package(package) for package in named]
    supporting += [_of_fact(fact) for fact in asked_for(question, facts)]
    found = _searched(question, library.documents)
    # A page of a common word's name may be about something else altogether.
    pages = [page for page in _pages(question, named, library) if page.telling or not found]
    supporting += pages
    about_units = bool(UNIT_WORDS & question.word_set) or not supporting
    supporting += _named_documents(question, library.documents, units=about_units)
    hits = knowledge.search(question, limit=2 * MAX_PASSAGES)
    told = any(page.telling for page in pages)
    if not supporting or (HOW & question.word_set and not told):
        supporting += [_of_document(each) for each in found]
    if not supporting:
        said = question.content
        supporting = [_of_package(hit.package) for hit in hits if _is_about(hit, said)]
    supporting = _each_once(supporting)[: max(MAX_PASSAGES, len(troubles))]
    subjects = {passage.subject for passage in supporting}
    related = [
        _of_package(hit.package)
        for hit in hits
        if hit.covered >= MIN_RELATED and hit.package.name not in subjects
    ]
    return Evidence(tuple(supporting), tuple(related[: max(0, MAX_PASSAGES - len(supporting))]))


def versions(question: Question, knowledge: Knowledge) -> list[Fact]:
    """Whether what the question names is installed, and in which version."""
    found = [_of_version(package) for package in knowledge.named(question)]
    return [Fact(passage.text, passage.source, VERSION_WORDS) for passage in found]


def _is_about(hit: Hit, said: Sequence[str]) -> bool:
    if len(said) == 1:
        return len(said[0]) >= MIN_NAME_START and hit.package.name.startswith(said[0])
    return hit.covered >= MIN_COVERED


def _each_once(passages: Sequence[Passage]) -> list[Passage]:
    """The passages of each subject and source once; lines of one journal are several."""
    return list({(each.source, each.subject, each.summary): each for each in passages}.values())


def _subjects(question: Question) -> list[str]:
    """The words that may name a program."""
    said = [word for word in question.content if stem(word) not in SILENT]
    if len(said) > 1:
        said = [word for word in said if word not in UNIT_WORDS] or said
    return [word for word in said if not (len(said) > 1 and word in EVERYDAY)]


def _pages(question: Question, named: Sequence[Package], library: Library) -> list[Passage]:
    """The manuals of what the question names, and what they say to its other words."""
    if library.manuals is None:
        return []
    subjects = dict.fromkeys([*_subjects(question), *(package.name for package in named)])
    pages = [manual for word in subjects if (manual := _page_of(word, library.manuals))]
    return [_of_manual(manual, question) for manual in pages]


def _page_of(word: str, manuals: Manuals) -> Manual | None:
    """The page of a command, or of a file that is named: "group" alone is no group(5)."""
    if page := manuals.find_command(word):
        return page
    return manuals.find(word) if _FILE_NAME.search(word) else None


def _named_documents(
    question: Question, documents: Documents | None, *, units: bool
) -> list[Passage]:
    """The units of what the question names, and what a README.Debian says to its other words."""
    if documents is None:
        return []
    found = [each for word in _subjects(question) for each in documents.named(word)]
    return [
        passage
        for document in found
        if (units or document.kind != texts.UNIT) and (passage := _of_named(document, question))
    ]


def _searched(question: Question, documents: Documents | None) -> list[FoundDocument]:
    """What says nearly all of the question."""
    if documents is None:
        return []
    found = documents.search(question, MAX_DOCUMENTS)
    return [
        each
        for each in found
        if each.covered >= MIN_DOCUMENT_COVERED and each.score >= MIN_DOCUMENT_SCORE
    ]


def _of_manual(manual: Manual, question: Question) -> Passage:
    told, _ = _telling(question, manual.name, manual.summary, manual.paragraphs)
    shown = told or manual.paragraphs[:MAX_PARAGRAPHS]
    text = "\n".join([f"Usage: {manual.synopsis}", *shown] if manual.synopsis else shown)
    source, telling = f"man {manual.title}", _quote(told)
    return Passage(manual.title, manual.summary, _shortened(text), source, telling)


def _of_named(document: Document, question: Question) -> Passage | None:
    paragraphs = document.paragraphs()
    if document.kind == texts.UNIT:
        text = _shortened("\n".join(paragraphs))
        return Passage(document.name, document.summary, text, document.source)
    told, covered = _telling(question, document.name, "", paragraphs)
    if covered < MIN_README_COVERED:
        return None
    text = _shortened("\n".join(told))
    return Passage(document.title, document.summary, text, document.source, _quote(told))


def _telling(
    question: Question, name: str, summary: str, paragraphs: Sequence[str]
) -> tuple[Sequence[str], float]:
    """The paragraphs that have something of what the question says besides ``name``, and how
    much of it."""
    own = {name, *_NAME_PARTS.split(name)}
    said = [term for term in question.manual_terms if not own & {term.stem, *term.surfaces}]
    return Wanted.of(said, {}).telling(summary, paragraphs) if said else ((), 0.0)


def _of_document(found: FoundDocument) -> Passage:
    document = found.document
    text = _shortened("\n".join(found.telling))
    title, summary = document.title, document.summary
    return Passage(title, summary, text or summary, document.source, _quote(found.telling))


def _quote(told: Sequence[str]) -> str:
    if not told or len(told[0]) <= MAX_QUOTED_CHARS:
        return "".join(told[:1])
    return told[0][:MAX_QUOTED_CHARS].rpartition(" ")[0] + " […]"


def _of_version(package: Package) -> Passage:
    if package.installed:
        text = f"The package {package.name} is installed in version {package.installed}."
    else:
        text = (
            f"The package {package.name} is not installed; the lists have version "
            f"{package.version}."
        )
    return Passage("", text, text, f"apt: {package.name} {package.upstream_version}")


def _of_package(package: Package) -> Passage:
    text = _shortened(package.long or package.short)
    source = f"apt: {package.name} {package.upstream_version}"
    return Passage(package.name, package.short, text, source)


def _shortened(text: str) -> str:
    if len(text) <= MAX_PASSAGE_CHARS:
        return text
    return text[:MAX_PASSAGE_CHARS].rpartition(" ")[0] + " […]"


def _of_fact(fact: Fact) -> Passage:
    return Passage("", fact.sentence, fact.sentence, f"this machine: {fact.source}")
