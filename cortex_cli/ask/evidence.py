"""Gathers the passages and facts that an answer may use, from the indexes and this machine.

Pure but for the indexes, which are passed in.  Each passage names its source; what no passage
supports is not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.ask import scope
from cortex_cli.ask.facts import Fact, select_facts
from cortex_cli.documents.passages import UNINFORMATIVE, WeightedTerms
from cortex_cli.expressions import expression
from cortex_cli.index import texts
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.words import EVERYDAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.debian.manpages import Manual, Manuals
    from cortex_cli.documents.search import Document, DocumentHit, Documents
    from cortex_cli.language.question import Question
    from cortex_cli.language.terms import Term
    from cortex_cli.packages.knowledge import Hit, Knowledge, Package

MAX_PASSAGES = 4
# The first paragraphs of a long description say what matters.
MAX_PASSAGE_CHARS = 1200
# Of a manual: the paragraphs that answer, or else the first ones.
MAX_PARAGRAPHS = 4
MAX_QUOTED_CHARS = 400
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
_NAME_PARTS = expression(r"[._-]")
VERSION_WORDS = frozenset({"version", "installed", "installé", "installée", "versión", "instalado"})
# A README.Debian is long and about many things.
MIN_README_COVERED = 0.5
# A page of what the question names, of the question's other words.
MIN_PAGE_COVERED = 0.5
# Hits need this many words that say more than "latest" or "file".
MIN_INFORMATIVE = 2
_OPTION = expression(r"(?<![\w-])--[a-z][\w-]{1,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and its source: ``apt: nginx 1.22.1``.

    ``excerpt`` is the part of it that covers most of the question.
    """

    subject: str
    summary: str
    text: str
    source: str
    excerpt: str = ""

    @property
    def sentence(self) -> str:
        """The summary as one sentence that names its subject."""
        if not self.subject:
            return self.summary
        summary = self.summary.rstrip(".")
        return f"{self.subject}: {summary}." if summary else self.subject

    @property
    def quotation(self) -> str:
        """The sentence and the excerpt."""
        return f"{self.sentence}\n{self.excerpt}" if self.excerpt else self.sentence


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
    supporting = [_cite_fact(fact) for fact in troubles]
    named = knowledge.find_named(question)
    if VERSION_WORDS & question.word_set:
        supporting += [_cite_version(package) for package in named]
    supporting += [_cite_package(package) for package in named]
    supporting += [_cite_fact(fact) for fact in select_facts(question, facts)]
    hits = _search_documents(question, library.documents)
    # A page named like a common word may be about something else entirely.
    pages = [page for page in _cite_pages(question, named, library) if page.excerpt or not hits]
    supporting += pages
    about_units = bool(UNIT_WORDS & question.word_set) or not supporting
    supporting += _cite_named_documents(question, library.documents, units=about_units)
    packages = knowledge.search(question, limit=2 * MAX_PASSAGES)
    answered = any(page.excerpt for page in pages)
    if not supporting or (HOW_TO_WORDS & question.word_set and not answered):
        supporting += [_cite_hit(hit) for hit in hits]
    if not supporting:
        supporting = [_cite_package(hit.package) for hit in packages if _is_about(hit, question)]
    supporting = _drop_duplicates(supporting)[: max(MAX_PASSAGES, len(troubles))]
    subjects = {passage.subject for passage in supporting}
    related = [
        _cite_package(hit.package)
        for hit in packages
        if hit.covered >= MIN_RELATED and hit.package.name not in subjects
    ]
    return Evidence(tuple(supporting), tuple(related[: max(0, MAX_PASSAGES - len(supporting))]))


def find_versions(question: Question, knowledge: Knowledge) -> list[Fact]:
    """Return which packages the question names, and their installed versions."""
    passages = [_cite_version(package) for package in knowledge.find_named(question)]
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
    return [passage for manual in pages if (passage := _cite_manual(manual, question)) is not None]


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
        and (passage := _cite_named_document(document, question))
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


def _cite_manual(manual: Manual, question: Question) -> Passage | None:
    """Cite a manual; None if it says nothing of what else the question has.

    An option that the question names must be in the manual: nearly right is wrong.
    """
    paragraphs = manual.paragraphs
    options = _OPTION.findall(question.text)
    if options and not all(_has_option(paragraphs, option) for option in options):
        return None
    selected, covered = _select_paragraphs(question, manual.name, manual.summary, paragraphs)
    if _other_terms(question, manual.name) and covered < MIN_PAGE_COVERED and not options:
        return None
    if options:
        selected = [one for one in paragraphs if _has_option([one], options[0])] or selected
    shown = selected or manual.paragraphs[:MAX_PARAGRAPHS]
    text = "\n".join([f"Usage: {manual.synopsis}", *shown] if manual.synopsis else shown)
    excerpt = _quote(selected)
    return Passage(manual.title, manual.summary, _shorten(text), manual.source, excerpt)


def _has_option(paragraphs: Sequence[str], option: str) -> bool:
    """Whether a paragraph has ``option`` as a word of its own."""
    found = re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])")
    return any(found.search(paragraph) for paragraph in paragraphs)


def _cite_named_document(document: Document, question: Question) -> Passage | None:
    paragraphs = document.paragraphs()
    if document.kind == texts.UNIT:
        text = _shorten("\n".join(paragraphs))
        return Passage(document.name, document.summary, text, document.source)
    selected, covered = _select_paragraphs(question, document.name, "", paragraphs)
    if covered < MIN_README_COVERED:
        return None
    text = _shorten("\n".join(selected))
    return Passage(document.title, document.summary, text, document.source, _quote(selected))


def _select_paragraphs(
    question: Question, name: str, summary: str, paragraphs: Sequence[str]
) -> tuple[Sequence[str], float]:
    """Return the paragraphs with terms of the question besides ``name``, and their coverage."""
    terms = _other_terms(question, name)
    if not terms:
        return (), 0.0
    return WeightedTerms.weigh(terms, {}).select_paragraphs(summary, paragraphs)


def _other_terms(question: Question, name: str) -> list[Term]:
    """What the question says besides ``name``."""
    own = {name, *_NAME_PARTS.split(name)}
    return [term for term in question.manual_terms if not own & {term.stem, *term.surfaces}]


def _cite_hit(hit: DocumentHit) -> Passage:
    document = hit.document
    text = _shorten("\n".join(hit.paragraphs))
    title, summary = document.title, document.summary
    return Passage(title, summary, text or summary, document.source, _quote(hit.paragraphs))


def _quote(paragraphs: Sequence[str]) -> str:
    if not paragraphs or len(paragraphs[0]) <= MAX_QUOTED_CHARS:
        return "".join(paragraphs[:1])
    return paragraphs[0][:MAX_QUOTED_CHARS].rpartition(" ")[0] + " […]"


def _cite_version(package: Package) -> Passage:
    if package.installed:
        text = f"The package {package.name} is installed, version {package.installed}."
    else:
        text = (
            f"The package {package.name} is not installed; version {package.version} is available."
        )
    return Passage("", text, text, package.source)


def _cite_package(package: Package) -> Passage:
    text = _shorten(package.long or package.short)
    return Passage(package.name, package.short, text, package.source)


def _shorten(text: str) -> str:
    if len(text) <= MAX_PASSAGE_CHARS:
        return text
    return text[:MAX_PASSAGE_CHARS].rpartition(" ")[0] + " […]"


def _cite_fact(fact: Fact) -> Passage:
    return Passage("", fact.sentence, fact.sentence, f"this machine: {fact.source}")
