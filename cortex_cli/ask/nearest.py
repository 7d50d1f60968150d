"""What comes closest to a question that nothing answers: two actions, or two pages.

These are no answers and are shown as what they are.  Actions are asked by the name of their room,
as in ``answerers``: without it there are still the manuals.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.request import Request

ACTIONS = "cortex_cli.actions"
COUNT = 2
MAX_LINE_CHARS = 160


def find_nearest(request: Request, evidence: Evidence | None = None) -> tuple[str, ...]:
    """Return at most two lines, each an action with its command or a page with its summary."""
    if request.attachments:
        return ()
    lines = [line for each in _find_actions(request) if (line := _describe(each))]
    if evidence is not None:
        passages = (*evidence.supporting, *evidence.related)
        lines += [f"{each.source}: {each.summary}" for each in passages if each.summary]
    return tuple(line[:MAX_LINE_CHARS] for line in dict.fromkeys(lines))[:COUNT]


def _find_actions(request: Request) -> Iterable[Any]:
    try:
        nearest: Any = getattr(import_module(ACTIONS), "nearest", None)
    except ModuleNotFoundError:
        return ()
    if nearest is None:
        return ()
    actions: Iterable[Any] = nearest(request.question.text, request.question.language, COUNT)
    return actions


def _describe(action: Any) -> str:
    """Return what an action does, and how to ask for it."""
    return f'{str(action.title).rstrip(".:")}: cortex ask "{action.ask}"'
