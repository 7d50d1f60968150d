"""Asks an instruction model: fits the prompt to its context and streams its answer.

Text that does not fit is cut from the middle of the attachments, then from the oldest turns.
Each cut is noted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import attachments
from cortex_cli.ask.request import UNKNOWN, WAITING, Answer
from cortex_cli.language.words import FRENCH, SPANISH
from cortex_cli.model import control_tokens, prompts
from cortex_cli.model.provider import Finished, Prompt
from cortexd.api.errors import ContextExceeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.request import Request, Show
    from cortex_cli.model.provider import Model, Provider

TEMPERATURE = 0.2
# English is not named: questions in other languages, such as German, look English here.
LANGUAGE_NAMES = {FRENCH: "French", SPANISH: "Spanish"}
# A cautious first guess: if it is too high, the server reports by how much.
CHARS_PER_TOKEN = 3.0
# For a server that does not report its context length.
DEFAULT_CONTEXT = 4096
# Instructions, facts and the question itself.
RESERVED_TOKENS = 600
# The daemon takes frames of 64 KiB.
MAX_DATA_BYTES = 40 * 1024
# How much of the room to keep after a guess that was too high.
SHRINK_FACTOR = 0.8
MAX_ATTEMPTS = 4
MIN_ROOM_CHARS = 200


@dataclass(frozen=True, slots=True)
class _FittedRequest:
    """A request cut to ``room`` characters."""

    attachments: tuple[Attachment, ...]
    history: tuple[dict[str, str], ...]
    notes: tuple[str, ...]


def converse(
    provider: Provider,
    model: Model,
    request: Request,
    evidence: Evidence,
    facts: Sequence[Fact],
    *,
    show: Show,
) -> Answer:
    """Ask ``model`` and stream its answer to ``show``.

    Raises:
        ContextExceeded: the question alone is too long.
    """
    draft = Answer(
        request.question, "", _list_sources(request, evidence), True, model.name, request.max_tokens
    )
    room = _estimate_room(model, request, evidence)
    for attempt in range(MAX_ATTEMPTS):
        fitted = _fit(request, room)
        turns = _build_messages(request, fitted, facts, evidence)
        prompt = Prompt(turns, request.max_tokens, TEMPERATURE)
        try:
            return _stream_answer(provider, prompt, replace(draft, notes=fitted.notes), show)
        except ContextExceeded as error:
            used = sum(len(attachment.text) for attachment in fitted.attachments)
            used += sum(len(turn["content"]) for turn in fitted.history)
            if not used or room <= MIN_ROOM_CHARS or attempt == MAX_ATTEMPTS - 1:
                raise
            room = max(MIN_ROOM_CHARS, int(min(room, used) * _compute_shrink_factor(error)))
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _compute_shrink_factor(error: ContextExceeded) -> float:
    """Return the factor to shrink the prompt by, from the server's error."""
    prompt, context = error.details.get("prompt_tokens"), error.details.get("context_length")
    if isinstance(prompt, int) and isinstance(context, int) and prompt > context > 0:
        return SHRINK_FACTOR * context / prompt
    return SHRINK_FACTOR / 2


def _estimate_room(model: Model, request: Request, evidence: Evidence) -> int:
    """Estimate how many characters of attachments and earlier turns fit."""
    tokens = (model.context_length or DEFAULT_CONTEXT) - request.max_tokens - RESERVED_TOKENS
    passages = sum(len(passage.text) for passage in (*evidence.supporting, *evidence.related))
    return max(MIN_ROOM_CHARS, int(tokens * CHARS_PER_TOKEN) - passages)


def _fit(request: Request, room: int) -> _FittedRequest:
    notes = []
    # First, so that what is cut to size is what is sent.
    data = tuple(attachment.break_up_tokens() for attachment in request.attachments)
    history = [
        {**turn, "content": control_tokens.break_up(turn["content"])} for turn in request.history
    ]
    text = "".join(attachment.text for attachment in data)
    size = len(text.encode("utf-8", "replace"))
    limit = min(room, MAX_DATA_BYTES * len(text) // size) if size else 0
    fitted = attachments.fit(data, limit)
    notes += [
        f"{attachment.name} is too long: {attachment.cut} characters were cut from its middle"
        for attachment in fitted
        if attachment.cut
    ]
    left = room - sum(len(attachment.text) for attachment in fitted)
    kept: list[dict[str, str]] = []
    for turn in reversed(history):
        left -= len(turn["content"])
        if left < 0:
            break
        kept.insert(0, turn)
    if kept and kept[0]["role"] != "user":  # an answer without its question
        kept = kept[1:]
    if len(kept) < len(request.history):
        notes.append(f"the oldest {len(request.history) - len(kept)} turns were left out")
    return _FittedRequest(tuple(fitted), tuple(kept), tuple(notes))


def _build_messages(
    request: Request, fitted: _FittedRequest, facts: Sequence[Fact], evidence: Evidence
) -> list[dict[str, str]]:
    passages = (*evidence.supporting, *evidence.related)
    texts = [f"{passage.source}\n{passage.text}" for passage in passages]
    messages = prompts.render_messages(
        prompts.CHAT,
        "ask",
        question=request.question.text,
        facts=facts,
        supporting=evidence.supporting,
        related=evidence.related,
        attachments=fitted.attachments,
        mark=prompts.make_mark(*texts),
        language=LANGUAGE_NAMES.get(request.question.language),
        unknown=request.unknown,
    )
    system, user = messages
    if request.system is not None:
        system = {"role": "system", "content": request.system}
    return [system, *fitted.history, user]


def _list_sources(request: Request, evidence: Evidence) -> tuple[str, ...]:
    return (*(attachment.name for attachment in request.attachments), *evidence.sources)


def _stream_answer(provider: Provider, prompt: Prompt, draft: Answer, show: Show) -> Answer:
    text = ""
    finished = Finished("stop", draft.model or "")
    with output.Waiting(WAITING) as waiting:
        for piece in provider.stream(prompt):
            waiting.stop()
            if isinstance(piece, Finished):
                finished = piece
            else:
                # Some models start with white space, which a terminal does not need.
                visible = piece if text else piece.lstrip()
                text += visible
                show(visible)
    known = text.strip().rstrip(".!") not in {unknown.rstrip(".") for unknown in UNKNOWN.values()}
    return replace(
        draft,
        text=text,
        known=known,
        sources=draft.sources if known else (),
        finish_reason=finished.reason,
        tokens=finished.tokens,
        model=finished.model or draft.model,
    )
