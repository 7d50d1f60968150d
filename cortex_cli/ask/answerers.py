"""The answerers in their order: what one of them is sure of is printed, not generated.

Each is a room of its own with one function, and says how sure it is.  A room that is not
there is passed over: deleting its folder loses what it knows, and nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from cortex_cli.ask import choice, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.ask.request import Request
    from cortex_cli.finding import Finding
    from cortex_cli.settings import Settings

# Below, a model may know better; without one, what is half known is still worth a word.
ENOUGH = 0.5


class Answerer(NamedTuple):
    """Where a kind of answer comes from; ``find`` gets the module of ``room`` and the request.

    ``most`` is the highest rank of its findings: what cannot outrank the best so far is not asked,
    unless the form of the question gives it the word in any case (``overrules``).
    """

    room: str
    find: Callable[..., Finding | None]
    most: float = 1.0
    overrules: Callable[[str], bool] = choice.never_overrules


def find(request: Request, settings: Settings) -> Finding | None:
    """The best that is known without a model, or None; it may be less than ``ENOUGH``.

    What is attached is a log or a file: only the failures know what to say about that.
    """
    question = request.question
    findings: list[Finding] = []
    highest = 0.0
    for answerer in FOR_ATTACHMENTS if request.attachments else FOR_QUESTIONS:
        if answerer.most <= highest and not answerer.overrules(question.text):
            continue
        finding = _ask(answerer, request, settings)
        if finding is not None and not _is_about_unknown(finding, question.text, settings):
            findings.append(finding)
            highest = max(highest, choice.rank(finding))
    best = choice.choose(question.text, question.language, findings)
    if best is not None and best.kind == choice.ACTION:
        return _read_by_command(best, request, settings) or best
    return best


def _is_about_unknown(finding: Finding, question: str, settings: Settings) -> bool:
    """Whether it takes a word for a name that nothing on this machine has."""
    judged = finding.kind == choice.ACTION or (
        finding.kind == choice.FACT and not names.asks_existence(question)
    )
    return judged and names.find_unknown(question, finding, settings.environ) is not None


def _read_by_command(action: Finding, request: Request, settings: Settings) -> Finding | None:
    """What the command of ``action`` prints, where a fact was asked for that no probe knows."""
    try:
        room: Any = import_module("cortex_cli.probes")
    except ModuleNotFoundError:
        return None
    question = request.question
    return _as_finding(room.look_up(action, question.text, question.language, settings.environ))


def _ask(answerer: Answerer, request: Request, settings: Settings) -> Finding | None:
    try:
        room = import_module(answerer.room)
    except ModuleNotFoundError as error:
        if error.name is None or not answerer.room.startswith(error.name):
            raise
        return None
    return answerer.find(room, request, settings)


def _look_up(room: Any, request: Request, settings: Settings) -> Finding | None:
    question = request.question
    return _as_finding(room.find(question.text, question.language, settings.environ))


def _diagnose(room: Any, request: Request, settings: Settings) -> Finding | None:
    return _as_finding(room.find(request.question, settings))


def _explain_error(room: Any, request: Request, _settings: Settings) -> Finding | None:
    return _as_finding(room.explain(request.question.text, request.question.language))


def _read_log(room: Any, request: Request, _settings: Settings) -> Finding | None:
    log = "\n".join(attachment.text for attachment in request.attachments)
    return _as_finding(room.find_in_log(log, request.question.text, request.question.language))


def _match(room: Any, request: Request, _settings: Settings) -> Finding | None:
    return _as_finding(room.find(request.question.text, request.question.language))


def _as_finding(finding: Finding | None) -> Finding | None:
    """What a room that is imported by name gave."""
    return finding


FOR_QUESTIONS = (
    Answerer("cortex_cli.probes", _look_up, 0.99 + choice.FACT_BONUS),
    Answerer("cortex_cli.trouble", _diagnose),
    Answerer("cortex_cli.error_texts.answerer", _explain_error, 0.98, choice.may_be_message),
    Answerer("cortex_cli.actions", _match, 0.97),
    Answerer("cortex_cli.concepts", _match, 0.96, choice.may_ask_meaning),
)
FOR_ATTACHMENTS = (Answerer("cortex_cli.error_texts.answerer", _read_log),)
