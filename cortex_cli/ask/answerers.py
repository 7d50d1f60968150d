"""The answerers in their order: what one of them is sure of is printed, not generated.

Each is a room of its own with one function, and says how sure it is.  A room that is not
there is passed over: deleting its folder loses what it knows, and nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cortex_cli.ask.request import Request
    from cortex_cli.finding import Finding

# From here on nobody further down the order is asked.
SURE = 0.9
# Below, silence is better: a model may know, or "I don't know" is the truth.
ENOUGH = 0.5
# A log that no catalogue knows: the most telling line is still more than nothing.
ENOUGH_FOR_A_LOG = 0.2


class Answerer(NamedTuple):
    """Where a kind of answer comes from; ``find`` gets the module of ``room`` and the request."""

    room: str
    find: Callable[..., Finding | None]


def find(request: Request, environ: Mapping[str, str]) -> Finding | None:
    """The best answer that is known without a model, or None.

    What is attached is a log or a file: only the failures know what to say about that.
    """
    enough = ENOUGH_FOR_A_LOG if request.attachments else ENOUGH
    best: Finding | None = None
    for finding in _findings(request, environ):
        if best is None or finding.confidence > best.confidence:
            best = finding
        if best.confidence >= SURE:
            break
    return best if best is not None and best.confidence >= enough else None


def _findings(request: Request, environ: Mapping[str, str]) -> Iterator[Finding]:
    for answerer in FOR_ATTACHMENTS if request.attachments else FOR_QUESTIONS:
        try:
            room = import_module(answerer.room)
        except ModuleNotFoundError as error:
            if error.name != answerer.room:
                raise
            continue
        finding = answerer.find(room, request, environ)
        if finding is not None:
            yield finding


def _fact(room, request, environ):
    return room.find(request.question.text, request.question.language, environ)


def _explained_error(room, request, environ):
    return room.explain(request.question.text, request.question.language)


def _log(room, request, environ):
    text = "\n".join(attachment.text for attachment in request.attachments)
    return room.find_in_log(text, request.question.text, request.question.language)


def _found(room, request, environ):
    return room.find(request.question.text, request.question.language)


FOR_QUESTIONS = (
    Answerer("cortex_cli.probes", _fact),
    Answerer("cortex_cli.error_texts", _explained_error),
    Answerer("cortex_cli.actions", _found),
    Answerer("cortex_cli.concepts", _found),
)
FOR_ATTACHMENTS = (Answerer("cortex_cli.error_texts", _log),)
