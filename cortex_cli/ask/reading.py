"""Answers from what was found or attached, without a model: quotes the lines that answer.

Of a log the lines about the failure, of a manual or description the sentence that answers, of a
package that is asked for by name its summary.  Where no line answers, nothing is returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.ask import extraction, failures
from cortex_cli.ask.relevance import names
from cortex_cli.language.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.passage import Passage
    from cortex_cli.ask.request import Request
    from cortex_cli.language.question import Question

MAX_QUOTED_LINES = 5
MAX_QUOTED_CHARS = 300
JOURNAL, UNITS = "journal: ", "systemctl"
# A passage found later must answer clearly better.
LATER_PENALTY = 0.05
MIN_FACT_COVER = 0.5
# A text that the question does not name was only found by its words: it must have more of them.
MIN_UNNAMED_SCORE = 0.6
# With nothing but a name, these words ask what it is.
WHAT_IS = frozenset(
    """
    what whats is are s the a an does do mean define explain describe tell me about please
    qu que est est-ce c quoi à sert le la un une définis explique décris
    qué es el una para sirve explica
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """The lines that answer, and where they are from; ``passage`` is one that may be rephrased."""

    text: str
    sources: tuple[str, ...]
    passage: Passage | None = None


def read(request: Request, evidence: Evidence, *, about_failure: bool) -> Quotation | None:
    """Return what answers ``request``: in its attachments, or else in the passages."""
    if request.attachments:
        return _read_attachments(request, about_failure=about_failure)
    if about_failure and (quotation := _read_journal(evidence)):
        return quotation
    # Why something fails is in no manual, unless it says so itself.
    return _read_passages(request.question, evidence.supporting, strict=about_failure)


def _read_attachments(request: Request, *, about_failure: bool) -> Quotation | None:
    sources: list[str] = []
    lines: list[str] = []
    for attachment in request.attachments:
        if selected := _select_lines(attachment, request.question, about_failure=about_failure):
            sources.append(attachment.name)
            lines += selected
    return Quotation("\n".join(lines), tuple(sources)) if lines else None


def _select_lines(
    attachment: Attachment, question: Question, *, about_failure: bool
) -> Sequence[str]:
    """Return the lines about a failure, in their order, or the line that answers."""
    if not about_failure:
        excerpt = extraction.extract(question, [attachment.text])
        return [excerpt.text] if excerpt else []
    wanted = set(question.content)
    lines = [line.strip() for line in attachment.text.splitlines() if line.strip()]
    scores = []
    for number, line in enumerate(lines):
        line_words = words(line)
        score = len(wanted.intersection(line_words))
        score += 2 * sum(bool(failures.FAILURE_WORD.match(word)) for word in line_words)
        scores.append((score, number))
    best = sorted((pair for pair in scores if pair[0] > 0), reverse=True)[:MAX_QUOTED_LINES]
    return [lines[number][:MAX_QUOTED_CHARS] for number in sorted(number for _, number in best)]


def _read_journal(evidence: Evidence) -> Quotation | None:
    lines = [each for each in evidence.supporting if each.source.startswith((JOURNAL, UNITS))]
    text = "\n".join(line.sentence for line in lines[-MAX_QUOTED_LINES:])
    return Quotation(text, tuple(dict.fromkeys(line.source for line in lines))) if lines else None


def _read_passages(
    question: Question, passages: Sequence[Passage], *, strict: bool
) -> Quotation | None:
    best: tuple[float, str, Passage] | None = None
    for place, passage in enumerate(passages):
        if strict and not passage.excerpt:
            continue
        if not strict and asks_what_it_is(question, passage):
            return Quotation(passage.sentence, (passage.source,), passage)
        excerpt = extraction.extract(question, [passage.sentence, passage.text], passage.subject)
        if excerpt is None or (excerpt.score < MIN_UNNAMED_SCORE and not names(question, passage)):
            continue
        score = excerpt.score - place * LATER_PENALTY
        if best is None or score > best[0]:
            best = score, excerpt.text, passage
    if best is None:
        return None
    _, text, passage = best
    return Quotation(_name_subject(text, passage), (passage.source,), passage)


def _name_subject(text: str, passage: Passage) -> str:
    """Say what ``text`` is about, unless it does so itself."""
    name = passage.subject.partition("(")[0].lower()
    if not name or name in words(text):
        return text
    return f"{passage.subject}: {text}"


def asks_what_it_is(question: Question, passage: Passage) -> bool:
    """True if a question has nothing but the passage's subject: the summary answers it.

    A passage without a subject is a fact, which must have most of the question.
    """
    if not passage.subject:
        return extraction.measure_cover(question, [passage.sentence]) >= MIN_FACT_COVER
    return question.word_set - WHAT_IS <= set(words(passage.subject))
