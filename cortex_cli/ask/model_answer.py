"""Answers what no answerer is sure of: from what this machine has to say, with a model or without.

The evidence is gathered first.  A chat model answers from it; ``chat_model.py``.  Without one, or
where it says nothing, the lines that answer are quoted, which a small chat model may put in its
own words; ``reading.py``, ``phrasing.py``.  Where nothing answers, one sentence says so.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli.ask import evidence, facts, failures
from cortex_cli.ask.chat_model import converse
from cortex_cli.ask.indexes import OpenIndexes
from cortex_cli.ask.nearest import find_nearest
from cortex_cli.ask.phrasing import phrase
from cortex_cli.ask.reading import read
from cortex_cli.ask.relevance import keep_relevant
from cortex_cli.ask.request import Answer, print_finding
from cortex_cli.debian.manpages import Manuals
from cortex_cli.errors import Failure
from cortex_cli.language.question import Question
from cortex_cli.model import ability, control_tokens, provider, provider_env
from cortex_cli.model.ability import Ability
from cortexd.api.errors import Cancelled, ContextExceeded, CortexError

if TYPE_CHECKING:
    from cortex_cli.ask.evidence import Evidence, Library
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.request import Request, Show
    from cortex_cli.finding import Finding
    from cortex_cli.model.provider import Model, Provider
    from cortex_cli.settings import Settings

PROVIDER_VARIABLE = "CORTEX_PROVIDER"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The model to ask, or None and why there is none."""

    provider: Provider | None = None
    model: Model | None = None
    problem: CortexError | None = None

    @property
    def ability(self) -> Ability:
        """What the model may be trusted with."""
        return ability.judge(self.model) if self.model else Ability.NONE


@dataclass(slots=True)
class _Screen:
    """Passes text on, and knows whether there was any."""

    show: Show
    used: bool = False

    def __call__(self, text: str) -> None:
        self.used = self.used or bool(text)
        self.show(text)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What this machine has to say about a question."""

    evidence: Evidence
    facts: list[Fact]
    about_failure: bool
    library: Library


def answer_with_model(
    settings: Settings, request: Request, finding: Finding | None, show: Show
) -> Answer:
    """Answer ``request``; ``finding`` is what is half known without a model.

    Raises:
        CortexError: the model that was asked for by name does not answer, or one stopped
            in the middle of its answer.
    """
    screen = _Screen(show)
    with ExitStack() as stack:
        chosen = _choose(settings, request, stack)
        if finding and chosen.ability < Ability.CHATS:  # it knows even less
            return print_finding(request, finding, show)
        indexes = stack.enter_context(closing(OpenIndexes()))
        gathered = _gather(settings, request, indexes)
        notes: tuple[str, ...] = ()
        if chosen.ability == Ability.CHATS or request.system is not None:
            draft, problem = _converse(chosen, request, gathered, screen)
            if draft is not None and draft.known:
                return _check(settings, indexes, request, draft, gathered)
            chosen = replace(chosen, problem=problem or chosen.problem)
            notes = draft.notes if draft else ()
            if request.system is not None:
                raise Failure(notes[-1] if notes else "the model did not answer")
        if finding:
            return print_finding(request, finding, show)
        result = _read(chosen, request, gathered, screen)
        if result.known:
            # An answer needs no excuse, unless a certain server was to give it.
            notes += _explain(chosen.problem) if _is_wanted(settings) else ()
            checked = _check(settings, indexes, request, result, gathered)
            return replace(checked, notes=(*result.notes, *notes))
        if chosen.problem is not None and _is_wanted(settings):
            raise chosen.problem
    show(result.text)
    return replace(result, notes=(*notes, *_explain(chosen.problem)))


def _choose(settings: Settings, request: Request, stack: ExitStack) -> _Chosen:
    """Return the model; why there is none matters only where one was asked for by name."""
    try:
        chosen = stack.enter_context(closing(provider.choose(settings, request.model)))
        return _Chosen(chosen, chosen.model())
    except Failure:  # of the settings
        raise
    except CortexError as error:
        if request.model is not None or request.system is not None:
            raise
        return _Chosen(problem=error)


def _is_wanted(settings: Settings) -> bool:
    """True if the settings name a server: then its silence is worth an error."""
    name = provider_env.load(settings.environ).get(PROVIDER_VARIABLE)
    return bool(name) and name != provider.DAEMON


def _explain(problem: CortexError | None) -> tuple[str, ...]:
    return (f"no model was asked: {problem.message}",) if problem else ()


def _gather(settings: Settings, request: Request, indexes: OpenIndexes) -> _Gathered:
    known, troubles = _collect_facts(settings, request.question)
    # Attachments, troubles and facts are answered without an index.
    at_once = request.attachments or troubles or facts.select_facts(request.question, known)
    manuals = Manuals.from_environ(settings.environ)
    library = indexes.open_library(settings, manuals, wait=not at_once)
    passages = evidence.gather(request.question, library, known, troubles or ())
    if not passages.supporting and request.history:
        passages = _gather_with_previous_question(request, library, known)
    known += evidence.find_versions(request.question, library.knowledge)
    return _Gathered(passages, known, troubles is not None, library)


def _collect_facts(settings: Settings, question: Question) -> tuple[list[Fact], list[Fact] | None]:
    """Return facts about this machine and its troubles; None unless ``question`` asks for them."""
    known = facts.collect()
    if not failures.is_about_failure(question):
        return known, None
    return known + failures.read_health(settings), failures.collect(settings.environ, question)


def _gather_with_previous_question(
    request: Request, library: Library, known: list[Fact]
) -> Evidence:
    """Gather for a follow-up ("and which port?"), which is about the subject of the last one."""
    earlier = [turn["content"] for turn in request.history if turn["role"] == "user"]
    return evidence.gather(Question(f"{earlier[-1]} {request.question}"), library, known)


def _converse(
    chosen: _Chosen, request: Request, gathered: _Gathered, screen: _Screen
) -> tuple[Answer | None, CortexError | None]:
    """Ask the chat model; an error counts only once something was shown, or if it was named."""
    if chosen.provider is None or chosen.model is None:  # pragma: no cover - ability says so
        return None, chosen.problem
    relevant = keep_relevant(request, gathered.evidence)
    try:
        draft = converse(
            chosen.provider, chosen.model, request, relevant, gathered.facts, show=screen
        )
    except (ContextExceeded, Cancelled):
        raise
    except CortexError as error:
        if screen.used or request.model is not None or request.system is not None:
            raise
        return None, error
    return draft, None


def _read(chosen: _Chosen, request: Request, gathered: _Gathered, screen: _Screen) -> Answer:
    """Quote what answers, in a small model's words if it has them; else say that nothing does."""
    name = chosen.model.name if chosen.model else None
    draft = Answer(request.question, "", (), True, name, request.max_tokens)
    start = "\n" if screen.used else ""
    reading = read(request, gathered.evidence, about_failure=gathered.about_failure)
    if reading is None:
        nearest = find_nearest(request, keep_relevant(request, gathered.evidence))
        asked = chosen.ability == Ability.CHATS and chosen.problem is None
        return replace(
            draft,
            text=start + request.unknown_sentence,
            known=False,
            nearest=nearest,
            asked_chat_model=asked,
        )
    text, tokens = reading.text, None
    if chosen.provider is not None and chosen.ability == Ability.PHRASES and reading.passage:
        text, tokens = phrase(chosen.provider, request.question, reading)
    screen(start + text)
    return replace(draft, text=text, sources=reading.sources, tokens=tokens)


def _check(
    settings: Settings, indexes: OpenIndexes, request: Request, draft: Answer, gathered: _Gathered
) -> Answer:
    """Return ``draft`` with the verdicts on its commands."""
    texts = [attachment.text for attachment in request.attachments]
    passages = (*gathered.evidence.supporting, *gathered.evidence.related)
    # Anybody may have written these; manuals come from the system.
    texts += [passage.text for passage in passages if not passage.source.startswith("man ")]
    text = "\n".join(texts)
    # The model has read the second form, and may copy that.
    untrusted = f"{text}\n{control_tokens.break_up(text)}"
    return indexes.check_commands(settings, draft, gathered.library, untrusted)
