"""Asks an instruction model: a prompt that fits its context, and its answer as it streams.

What does not fit is cut from the middle of what was handed in, then from the oldest turns; each
cut is noted, none is silent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import attachments
from cortex_cli.ask.request import UNKNOWN, WAITING, Answer
from cortex_cli.language.words import FRENCH, SPANISH
from cortex_cli.model import prompts
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
# English is taken to be the model's default; saying it would turn German questions English.
LANGUAGE_NAMES = {FRENCH: "French", SPANISH: "Spanish"}
# A first guess, on the short side: where it does not hold, the server says by how much.
CHARS_PER_TOKEN = 3.0
# Where nobody knows the context's length.
USUAL_CONTEXT = 4096
# Instructions, facts and the question itself.
RESERVED_TOKENS = 600
# The daemon takes frames of 64 KiB.
MAX_DATA_BYTES = 40 * 1024
# What is left of the room after a guess that did not hold.
SHRINK = 0.8
MAX_ATTEMPTS = 4
MIN_ROOM_CHARS = 200


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A request cut to ``room`` characters."""

    attachments: tuple[Attachment, ...]
    history: tuple[dict[str, str], ...]
    notes: tuple[str, ...]


def converse(
    source: Provider,
    model: Model,
    request: Request,
    found: Evidence,
    facts: Sequence[Fact],
    *,
    show: Show,
) -> Answer:
    """Ask ``model`` and stream what it says.

    Raises:
        ContextExceeded: the question alone is too long.
    """
    draft = Answer(
        request.question, "", _sources(request, found), True, model.name, request.max_tokens
    )
    room = _room(model, request, found)
    for attempt in range(MAX_ATTEMPTS):
        fitted = _fit(request, room)
        turns = _turns(request, fitted, facts, found)
        prompt = Prompt(turns, request.max_tokens, TEMPERATURE)
        try:
            return _streamed(source, prompt, replace(draft, notes=fitted.notes), show)
        except ContextExceeded as error:
            used = sum(len(each.text) for each in fitted.attachments)
            used += sum(len(turn["content"]) for turn in fitted.history)
            if not used or room <= MIN_ROOM_CHARS or attempt == MAX_ATTEMPTS - 1:
                raise
            room = max(MIN_ROOM_CHARS, int(min(room, used) * _excess(error)))
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _excess(error: ContextExceeded) -> float:
    """By how much to shrink, from what the server told."""
    prompt, context = error.details.get("prompt_tokens"), error.details.get("context_length")
    if isinstance(prompt, int) and isinstance(context, int) and prompt > context > 0:
        return SHRINK * context / prompt
    return SHRINK / 2


def _room(model: Model, request: Request, found: Evidence) -> int:
    """How many characters of attachments and earlier turns there is room for."""
    tokens = (model.context_length or USUAL_CONTEXT) - request.max_tokens - RESERVED_TOKENS
    passages = sum(len(each.text) for each in (*found.supporting, *found.related))
    return max(MIN_ROOM_CHARS, int(tokens * CHARS_PER_TOKEN) - passages)


def _fit(request: Request, room: int) -> _Fitted:
    notes = []
    text = "".join(each.text for each in request.attachments)
    size = len(text.encode("utf-8", "replace"))
    limit = min(room, MAX_DATA_BYTES * len(text) // size) if size else 0
    fitted = attachments.fitted(request.attachments, limit)
    notes += [
        f"{each.name} is too long: {each.cut} characters of its middle were left out"
        for each in fitted
        if each.cut
    ]
    left = room - sum(len(each.text) for each in fitted)
    kept: list[dict[str, str]] = []
    for turn in reversed(request.history):
        left -= len(turn["content"])
        if left < 0:
            break
        kept.insert(0, turn)
    if kept and kept[0]["role"] != "user":  # an answer without its question
        kept = kept[1:]
    if len(kept) < len(request.history):
        notes.append(f"the oldest {len(request.history) - len(kept)} turns were left out")
    return _Fitted(tuple(fitted), tuple(kept), tuple(notes))


def _turns(
    request: Request, fitted: _Fitted, facts: Sequence[Fact], found: Evidence
) -> list[dict[str, str]]:
    passages = [f"{each.source}\n{each.text}" for each in (*found.supporting, *found.related)]
    messages = prompts.messages(
        prompts.CHAT,
        "ask",
        question=request.question.text,
        facts=facts,
        supporting=found.supporting,
        related=found.related,
        attachments=fitted.attachments,
        mark=prompts.mark(*passages),
        language=LANGUAGE_NAMES.get(request.question.language),
        unknown=request.unknown,
    )
    system, user = messages
    if request.system is not None:
        system = {"role": "system", "content": request.system}
    return [system, *fitted.history, user]


def _sources(request: Request, found: Evidence) -> tuple[str, ...]:
    return (*(each.name for each in request.attachments), *found.sources)


def _streamed(source: Provider, prompt: Prompt, draft: Answer, show: Show) -> Answer:
    text = ""
    end = Finished("stop", draft.model or "")
    with output.Waiting(WAITING) as waiting:
        for piece in source.stream(prompt):
            waiting.stop()
            if isinstance(piece, Finished):
                end = piece
            else:
                # Some models begin with white space; a terminal needs none of it.
                shown = piece if text else piece.lstrip()
                text += shown
                show(shown)
    known = text.strip().rstrip(".!") not in {each.rstrip(".") for each in UNKNOWN.values()}
    return replace(
        draft,
        text=text,
        known=known,
        sources=draft.sources if known else (),
        finish_reason=end.reason,
        tokens=end.tokens,
        model=end.model or draft.model,
    )
