"""Finds the line of a text that answers a question, or says that none does.

The line that shares most of the question's words wins, rare words counting more; what kind of
answer is wanted (a number, a place, a reason, an option) and the lines beside it count too.  Below
a measured share of the question nothing is returned: a wrong line is worse than none.  Pure; asks
no model and knows no source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.ask.answer_kinds import find_kind
from cortex_cli.documents.passages import UNINFORMATIVE, VAGUE_SHARE
from cortex_cli.expressions import expression
from cortex_cli.language.stems import stem
from cortex_cli.language.terms import VAGUE
from cortex_cli.language.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.answer_kinds import AnswerKind
    from cortex_cli.language.question import Question

# Measured with ``benchmarks.reading`` on its dev half.
MIN_SCORE = 0.4
NEIGHBOUR_SHARE = 0.3
KIND_BONUS, KIND_PENALTY = 0.12, 0.3
# A second line is shown for at least this share of the question.
MIN_GAIN = 0.1
# Words of at least this length are the same if they start alike: "assessing", "assessment".
PREFIX_CHARS = 6
MAX_LINES, MAX_LINE_CHARS = 400, 400
_SENTENCE_END = expression(r"(?<=[.!?])\s+(?=[A-Z\"'(`-])")
_LITERAL = expression(r"(?<!\w)(?:--?[A-Za-z][\w-]*|/[\w./-]+|\w+[@_.:/-][\w@_.:/-]*\w|%:\w+)")
_PART = expression(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Extract:
    """What answers: a line, or two that follow each other.

    ``score`` is the share of the question that they have, a little more or less for their kind.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    stems: frozenset[str]
    low: str
    paragraph: int


def extract(question: Question, paragraphs: Sequence[str], subject: str = "") -> Extract | None:
    """Return what answers ``question`` in ``paragraphs``, None if nothing does.

    ``subject`` is what the text is about; a line need not name it.
    """
    best = find_best(question, paragraphs, subject)
    return best if best is not None and best.score >= MIN_SCORE else None


def find_best(question: Question, paragraphs: Sequence[str], subject: str = "") -> Extract | None:
    """Return the best line, however little of the question it has."""
    lines = _read_lines(paragraphs)
    keys = _list_keys(question, subject)
    presence = [[_has(line, key) for key in keys] for line in lines]
    if not any(any(row) for row in presence):
        return None
    weights = _weigh(presence)
    kind = find_kind(question)
    scores = [
        _score(presence, weights, place) + _judge_kind(kind, lines[place].text)
        if any(row)
        else -1.0
        for place, row in enumerate(presence)
    ]
    best = max(range(len(lines)), key=lambda place: (round(scores[place], 9), -place))
    places = _add_neighbour(lines, presence, weights, best)
    return Extract(" ".join(lines[place].text[:MAX_LINE_CHARS] for place in places), scores[best])


def measure_cover(question: Question, paragraphs: Sequence[str], subject: str = "") -> float:
    """Return the share of the question that the whole text has, 0 to 1."""
    lines = _read_lines(paragraphs)
    keys = _list_keys(question, subject)
    weights = [VAGUE_SHARE if key[0] in VAGUE | UNINFORMATIVE else 1.0 for key in keys]
    presence = [any(_has(line, key) for line in lines) for key in keys]
    total = sum(weights)
    return sum(w for w, has in zip(weights, presence, strict=True) if has) / total if total else 0.0


def _read_lines(paragraphs: Sequence[str]) -> list[_Line]:
    texts = [
        (sentence.strip(), number)
        for number, paragraph in enumerate(
            line for paragraph in paragraphs for line in paragraph.splitlines()
        )
        for sentence in _SENTENCE_END.split(paragraph)
        if sentence.strip()
    ]
    return [_read(text, number) for text, number in texts[:MAX_LINES]]


def _weigh(presence: list[list[bool]]) -> list[float]:
    """Return the share of each key: what few lines have says most."""
    counts = [sum(column) for column in zip(*presence, strict=True)]
    weights = [math.log(1 + len(presence) / (1 + count)) for count in counts]
    return [weight / sum(weights) for weight in weights]


def _score(presence: list[list[bool]], weights: list[float], place: int) -> float:
    own = sum(weight for weight, has in zip(weights, presence[place], strict=True) if has)
    beside = {
        key
        for other in (place - 1, place + 1)
        if 0 <= other < len(presence)
        for key, has in enumerate(presence[other])
        if has and not presence[place][key]
    }
    return own + NEIGHBOUR_SHARE * sum(weights[key] for key in beside)


def _add_neighbour(
    lines: list[_Line], presence: list[list[bool]], weights: list[float], best: int
) -> list[int]:
    """Return ``best`` with the line of its paragraph that has most of what it lacks, if any."""
    gains = {
        other: sum(
            weight
            for weight, here, there in zip(weights, presence[best], presence[other], strict=True)
            if there and not here
        )
        for other in (best - 1, best + 1)
        if 0 <= other < len(lines) and lines[other].paragraph == lines[best].paragraph
    }
    other = max(gains, key=lambda place: gains[place], default=best)
    return sorted({best, other}) if gains.get(other, 0.0) >= MIN_GAIN else [best]


def _read(text: str, paragraph: int) -> _Line:
    parts = [part for word in words(text) for part in (word, *_PART.findall(word))]
    return _Line(text, frozenset(stem(part) for part in parts), text.lower(), paragraph)


def _list_keys(question: Question, subject: str) -> list[tuple[str, ...]]:
    """Return for each thing that the question says the forms that a line may have."""
    own = {stem(part) for word in words(subject) for part in (word, *_PART.findall(word))}
    keys = [
        (term.stem, *(stem(surface) for surface in term.surfaces)) for term in question.manual_terms
    ]
    literals = [literal.lower() for literal in _LITERAL.findall(question.text)]
    keys = [key for key in keys if not own & set(key)] or keys
    return [*keys, *((literal,) for literal in literals if literal not in subject.lower())]


def _has(line: _Line, key: tuple[str, ...]) -> bool:
    return any(
        form in line.stems
        or (not form.isalnum() and form in line.low)
        or (
            len(form) >= PREFIX_CHARS
            and any(other.startswith(form[:PREFIX_CHARS]) for other in line.stems)
        )
        for form in key
    )


def _judge_kind(kind: AnswerKind | None, line: str) -> float:
    if kind is None:
        return 0.0
    return KIND_BONUS if kind.answers(line) else -KIND_PENALTY
