"""Makes passages of manuals, documents, packages and facts: what of each is quoted.

Pure: nothing is looked up here.  Which of them answer a question is evidence.py's to choose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.ask.passage import Passage
from cortex_cli.documents.passages import WeightedTerms
from cortex_cli.expressions import expression
from cortex_cli.index import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.facts import Fact
    from cortex_cli.debian.manpages import Manual
    from cortex_cli.documents.search import Document, DocumentHit
    from cortex_cli.language.question import Question
    from cortex_cli.language.terms import Term
    from cortex_cli.packages.package import Package

# The first paragraphs of a long description say what matters.
MAX_PASSAGE_CHARS = 1200
# Of a manual: the paragraphs that answer, or else the first ones.
MAX_PARAGRAPHS = 4
MAX_QUOTED_CHARS = 400
_NAME_PARTS = expression(r"[._-]")
# A README.Debian is long and about many things.
MIN_README_COVERED = 0.5
# A page of what the question names, of the question's other words.
MIN_PAGE_COVERED = 0.5
_OPTION = expression(r"(?<![\w-])--[a-z][\w-]{1,40}", re.IGNORECASE)


def cite_manual(manual: Manual, question: Question) -> Passage | None:
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
    option_word = re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])")
    return any(option_word.search(paragraph) for paragraph in paragraphs)


def cite_named_document(document: Document, question: Question) -> Passage | None:
    """Cite a unit whole, a README.Debian by its paragraphs; None if it says too little."""
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


def cite_hit(hit: DocumentHit) -> Passage:
    """Cite a document by the paragraphs that a search found."""
    document = hit.document
    text = _shorten("\n".join(hit.paragraphs))
    title, summary = document.title, document.summary
    return Passage(title, summary, text or summary, document.source, _quote(hit.paragraphs))


def _quote(paragraphs: Sequence[str]) -> str:
    if not paragraphs or len(paragraphs[0]) <= MAX_QUOTED_CHARS:
        return "".join(paragraphs[:1])
    return paragraphs[0][:MAX_QUOTED_CHARS].rpartition(" ")[0] + " […]"


def cite_version(package: Package) -> Passage:
    """Cite whether a package is installed, and its version."""
    if package.installed:
        text = f"The package {package.name} is installed, version {package.installed}."
    else:
        text = (
            f"The package {package.name} is not installed; version {package.version} is available."
        )
    return Passage("", text, text, package.source)


def cite_package(package: Package) -> Passage:
    """Cite a package's description."""
    text = _shorten(package.long or package.short)
    return Passage(package.name, package.short, text, package.source)


def _shorten(text: str) -> str:
    if len(text) <= MAX_PASSAGE_CHARS:
        return text
    return text[:MAX_PASSAGE_CHARS].rpartition(" ")[0] + " […]"


def cite_fact(fact: Fact) -> Passage:
    """Cite a fact of this machine."""
    return Passage("", fact.sentence, fact.sentence, f"this machine: {fact.source}")
