"""Picks what an answer may rest on: passages from the index and facts of this machine.

Pure but for its two sources, which are handed in.  A passage is quoted with its origin; what
no passage supports is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.facts import Fact, asked_for
from cortex_cli.words import EVERYDAY, content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.knowledge import Hit, Knowledge, Package
    from cortex_cli.manuals import Manual, Manuals

MAX_PASSAGES = 4
# A long description says what matters in its first paragraphs.
MAX_PASSAGE_CHARS = 1200
# Of a manual: the paragraphs that have most of the question's words.
MAX_PARAGRAPHS = 4
# Found by search and not by name: with fewer of the question's words it is about another thing.
MIN_COVERED = 0.99
# A single word says too little to search by; it may be the beginning of a name.
MIN_NAME_START = 4
# Enough to be related, for a model that knows what to leave out.
MIN_RELATED = 0.5


@dataclass(frozen=True, slots=True)
class Passage:
    """A text, and where it is from: ``apt: nginx 1.22.1``."""

    subject: str
    summary: str
    text: str
    source: str

    @property
    def sentence(self) -> str:
        """The summary as one sentence that names its subject."""
        if not self.subject:
            return self.summary
        summary = self.summary.rstrip(".")
        return f"{self.subject}: {summary}." if summary else self.subject


@dataclass(frozen=True, slots=True)
class Evidence:
    """``supporting`` answers the question; ``related`` may help one that knows more."""

    supporting: tuple[Passage, ...]
    related: tuple[Passage, ...]

    @property
    def sources(self) -> list[str]:
        """The sources of what supports the answer, each once."""
        return list(dict.fromkeys(passage.source for passage in self.supporting))


def gather(
    question: str,
    knowledge: Knowledge,
    facts: Sequence[Fact],
    manuals: Manuals | None = None,
    troubles: Sequence[Fact] = (),
) -> Evidence:
    """What is known here about ``question``; ``troubles`` come first where it has some."""
    supporting = [_of_fact(fact) for fact in troubles]
    named = knowledge.named(question)
    supporting += [_of_package(package) for package in named]
    supporting += [_of_fact(fact) for fact in asked_for(question, facts)]
    if manuals is not None:
        supporting += _pages(question, named, manuals)
    hits = knowledge.search(question, limit=2 * MAX_PASSAGES)
    if not supporting:
        said = content(question)
        supporting = [_of_package(hit.package) for hit in hits if _is_about(hit, said)]
    supporting = supporting[: max(MAX_PASSAGES, len(troubles))]
    subjects = {passage.subject for passage in supporting}
    related = [
        _of_package(hit.package)
        for hit in hits
        if hit.covered >= MIN_RELATED and hit.package.name not in subjects
    ]
    return Evidence(tuple(supporting), tuple(related[: max(0, MAX_PASSAGES - len(supporting))]))


def _is_about(hit: Hit, said: Sequence[str]) -> bool:
    if len(said) == 1:
        return len(said[0]) >= MIN_NAME_START and hit.package.name.startswith(said[0])
    return hit.covered >= MIN_COVERED


def _pages(question: str, named: Sequence[Package], manuals: Manuals) -> list[Passage]:
    """The manuals of what the question names, and what they say to its other words."""
    said = content(question)
    several = len(said) > 1
    subjects = [word for word in said if not (several and word in EVERYDAY)]
    subjects += [package.name for package in named if package.name not in subjects]
    pages = [manual for word in subjects if (manual := manuals.of_command(word))]
    return [_of_manual(manual, said) for manual in pages]


def _of_manual(manual: Manual, said: Sequence[str]) -> Passage:
    wanted = [word for word in said if word != manual.name]
    told = sorted(
        manual.paragraphs,
        key=lambda text: -sum(word in text.lower() for word in wanted),
    )[:MAX_PARAGRAPHS]
    text = "\n".join([f"Usage: {manual.synopsis}", *told] if manual.synopsis else told)
    return Passage(manual.title, manual.summary, _shortened(text), f"man {manual.title}")


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
