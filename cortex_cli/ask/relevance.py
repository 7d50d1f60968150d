"""Keeps of the passages those that a model should read: a wrong one is worse than none.

Beside an attachment only what the question names is kept.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.ask.evidence import Evidence
from cortex_cli.ask.extraction import measure_cover
from cortex_cli.index.texts import UNIT
from cortex_cli.language.words import words

if TYPE_CHECKING:
    from cortex_cli.ask.passage import Passage
    from cortex_cli.ask.request import Request
    from cortex_cli.language.question import Question

# Measured on ``benchmarks/data/reading``: 95 % of the passages that answer have it, 6 % of others.
MIN_RELEVANCE = 0.5


def keep_relevant(request: Request, evidence: Evidence) -> Evidence:
    """Return ``evidence`` without the passages that have too little of the question."""
    supporting = tuple(each for each in evidence.supporting if _is_relevant(request, each))
    related = tuple(each for each in evidence.related if _is_relevant(request, each))
    return Evidence(supporting, related)


def _is_relevant(request: Request, passage: Passage) -> bool:
    if not passage.subject:  # a fact of this machine, or a line of its journal
        return True
    named = names(request.question, passage)
    if request.attachments and not named:
        return False
    if named and _is_unit(passage):  # its lines share few words with any question
        return True
    texts = [passage.sentence, passage.text]
    return measure_cover(request.question, texts, passage.subject) >= MIN_RELEVANCE


def names(question: Question, passage: Passage) -> bool:
    """True if ``question`` names what ``passage`` is about; a fact has no name."""
    name = passage.subject.partition("(")[0].lower()
    if _is_unit(passage):
        name = name.rpartition(".")[0]
    return name in question.word_set or bool(set(words(name)) & set(question.content))


def _is_unit(passage: Passage) -> bool:
    return passage.source.startswith(f"{UNIT}: ")
