"""Picks what an answer may rest on: passages from the index and facts of this machine.

Pure but for its two sources, which are handed in.  A passage is quoted with its origin; what
no passage supports is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.facts import Fact, asked_for
from cortex_cli.words import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.knowledge import Hit, Knowledge, Package

MAX_PASSAGES = 4
# A long description says what matters in its first paragraphs.
MAX_PASSAGE_CHARS = 1200
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


def gather(question: str, knowledge: Knowledge, facts: Sequence[Fact]) -> Evidence:
    """What is known here about ``question``."""
    supporting = [_of_package(package) for package in knowledge.named(question)]
    supporting += [_of_fact(fact) for fact in asked_for(question, facts)]
    hits = knowledge.search(question, limit=2 * MAX_PASSAGES)
    if not supporting:
        said = content(question)
        supporting = [_of_package(hit.package) for hit in hits if _is_about(hit, said)]
    supporting = supporting[:MAX_PASSAGES]
    subjects = {passage.subject for passage in supporting}
    related = [
        _of_package(hit.package)
        for hit in hits
        if hit.covered >= MIN_RELATED and hit.package.name not in subjects
    ]
    return Evidence(tuple(supporting), tuple(related[: MAX_PASSAGES - len(supporting)]))


def _is_about(hit: Hit, said: Sequence[str]) -> bool:
    if len(said) == 1:
        return len(said[0]) >= MIN_NAME_START and hit.package.name.startswith(said[0])
    return hit.covered >= MIN_COVERED


def _of_package(package: Package) -> Passage:
    text = package.long or package.short
    if len(text) > MAX_PASSAGE_CHARS:
        text = text[:MAX_PASSAGE_CHARS].rpartition(" ")[0] + " […]"
    source = f"apt: {package.name} {package.upstream_version}"
    return Passage(package.name, package.short, text, source)


def _of_fact(fact: Fact) -> Passage:
    return Passage("", fact.sentence, fact.sentence, f"this machine: {fact.source}")
