"""Fits a question with all that belongs to it into a model's context.

What Cortex added goes first: related passages, then supporting ones, then facts.  Only then is
what the person gave cut: the oldest turns, and the middle of the attachments.  Each cut is noted.
Pure; asks no model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli.ask import attachments
from cortex_cli.model import control_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.passage import Passage
    from cortex_cli.ask.request import Request
    from cortex_cli.model.provider import Model

# A first guess: if it is too high, the server reports by how much.
CHARS_PER_TOKEN = 3.5
# For a server that does not report its context length.
DEFAULT_CONTEXT = 4096
# The instructions with their marks.
INSTRUCTION_CHARS = 550
# An answer gets at most this share of the context.
ANSWER_SHARE = 1 / 3
# The daemon takes frames of 64 KiB.
MAX_DATA_BYTES = 40 * 1024
MIN_ROOM_CHARS = 200
# The name of a passage's source and its number.
PASSAGE_FRAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class FittedRequest:
    """What of a request and its evidence goes into the prompt."""

    attachments: tuple[Attachment, ...]
    history: tuple[dict[str, str], ...]
    supporting: tuple[Passage, ...]
    related: tuple[Passage, ...]
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages, those that answer first."""
        return (*self.supporting, *self.related)

    @property
    def size(self) -> int:
        """How many characters could still be left out."""
        return (
            sum(len(each.text) for each in self.attachments)
            + sum(len(turn["content"]) for turn in self.history)
            + sum(_measure(passage) for passage in self.passages)
            + sum(len(fact.sentence) for fact in self.facts)
        )


def limit_tokens(model: Model, wanted: int) -> int:
    """Return how long an answer may be: never so long that no question fits before it."""
    if not model.context_length:
        return wanted
    return min(wanted, max(1, int(model.context_length * ANSWER_SHARE)))


def estimate_room(model: Model, request: Request) -> int:
    """Estimate how many characters fit besides the instructions and the question."""
    context = model.context_length or DEFAULT_CONTEXT
    tokens = context - limit_tokens(model, request.max_tokens)
    own = INSTRUCTION_CHARS + len(request.question.text) + len(request.system or "")
    return max(0, int(tokens * CHARS_PER_TOKEN) - own)


def fit(request: Request, evidence: Evidence, facts: Sequence[Fact], room: int) -> FittedRequest:
    """Return what of everything fits into ``room`` characters."""
    notes: list[str] = []
    data = _fit_attachments(request, max(room, MIN_ROOM_CHARS), notes)
    left = room - sum(len(each.text) for each in data)
    history = _fit_history(request, left, notes)
    left -= sum(len(turn["content"]) for turn in history)
    if notes:  # something of the person's is missing
        left = 0
    kept_facts = tuple(facts) if sum(len(fact.sentence) for fact in facts) <= left else ()
    left -= sum(len(fact.sentence) for fact in kept_facts)
    kept = _fit_passages((*evidence.supporting, *evidence.related), left)
    lost = len(evidence.supporting) + len(evidence.related) - len(kept)
    if lost:
        noun = "passage does" if lost == 1 else "passages do"
        notes.append(f"{lost} {noun} not fit into the model's context")
    count = len(evidence.supporting)
    supporting, related = tuple(kept[:count]), tuple(kept[count:])
    return FittedRequest(data, history, supporting, related, kept_facts, tuple(notes))


def _fit_passages(passages: Sequence[Passage], room: int) -> list[Passage]:
    """Return the first passages that fit; of the last one the beginning, if that says enough."""
    kept = []
    for passage in passages:
        size = _measure(passage)
        if size <= room:
            kept.append(passage)
        elif (text_room := room - size + len(passage.text)) >= MIN_ROOM_CHARS:
            text = passage.text[:text_room].rpartition(" ")[0] + " […]"
            kept.append(replace(passage, text=text))
            break
        else:
            break
        room -= size
    return kept


def _measure(passage: Passage) -> int:
    return len(passage.sentence) + len(passage.text) + PASSAGE_FRAME_CHARS


def _fit_attachments(request: Request, room: int, notes: list[str]) -> tuple[Attachment, ...]:
    # First, so that what is cut to size is what is sent.
    data = tuple(attachment.break_up_tokens() for attachment in request.attachments)
    text = "".join(attachment.text for attachment in data)
    size = len(text.encode("utf-8", "replace"))
    limit = min(room, MAX_DATA_BYTES * len(text) // size) if size else 0
    fitted = attachments.fit(data, limit)
    notes += [
        f"{attachment.name} is too long: {attachment.cut} characters were cut from its middle"
        for attachment in fitted
        if attachment.cut
    ]
    return tuple(fitted)


def _fit_history(request: Request, room: int, notes: list[str]) -> tuple[dict[str, str], ...]:
    kept: list[dict[str, str]] = []
    for turn in reversed(request.history):
        content = control_tokens.break_up(turn["content"])
        room -= len(content)
        if room < 0:
            break
        kept.insert(0, {**turn, "content": content})
    if kept and kept[0]["role"] != "user":  # an answer without its question
        kept = kept[1:]
    if len(kept) < len(request.history):
        notes.append(f"the oldest {len(request.history) - len(kept)} turns were left out")
    return tuple(kept)
