"""Asks an instruction model: streams its answer, and ends it where the model goes wrong.

Thoughts are held back, loops and echoes cut off, refusals recognised before they are shown.  An
answer that says nothing is empty here and not known; what then is shown is for the caller to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import refusals, support
from cortex_cli.ask.fitting import estimate_room, fit, limit_tokens
from cortex_cli.ask.request import WAITING, Answer
from cortex_cli.language.words import FRENCH, SPANISH
from cortex_cli.model import prompts
from cortex_cli.model.guards import ECHOED_WORDS, ECHOES, StreamGuard, StreamPass
from cortex_cli.model.provider import FAKE, Finished, Prompt
from cortex_cli.model.reasoning import ReasoningFilter
from cortexd.api.errors import ContextExceeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.ask.evidence import Evidence
    from cortex_cli.ask.facts import Fact
    from cortex_cli.ask.fitting import FittedRequest
    from cortex_cli.ask.request import Request, Show
    from cortex_cli.model.provider import Model, Provider

TEMPERATURE = 0.2
# English is not named: questions in other languages, such as German, look English here.
LANGUAGE_NAMES = {FRENCH: "French", SPANISH: "Spanish"}
# How much of the room to keep after a guess that was too high.
SHRINK_FACTOR = 0.8
MAX_ATTEMPTS = 4
# Why an answer that ended properly holds nothing.
FILTERED, TOOLS = "content_filter", ("tool_calls", "function_call")
# An answer that was ended before so many words says nothing.
MIN_WORDS = 4


def converse(
    provider: Provider,
    model: Model,
    request: Request,
    evidence: Evidence,
    facts: Sequence[Fact],
    *,
    show: Show,
) -> Answer:
    """Ask ``model`` and stream its answer to ``show``; an answer that says nothing has no text.

    Raises:
        ContextExceeded: the question alone is too long.
        CortexError: the model does not answer.
    """
    room = estimate_room(model, request)
    limit = limit_tokens(model, request.max_tokens)
    for attempt in range(MAX_ATTEMPTS):
        fitted = fit(request, evidence, facts, room)
        prompt = Prompt(_build_messages(request, fitted), limit, TEMPERATURE)
        draft = Answer(request.question, "", (), True, model.name, limit, notes=fitted.notes)
        try:
            return _Listener(provider, prompt, draft, request, fitted).listen(show)
        except ContextExceeded as error:
            if not fitted.size or attempt == MAX_ATTEMPTS - 1:
                raise
            room = int(min(room, fitted.size) * _compute_shrink_factor(error))
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _compute_shrink_factor(error: ContextExceeded) -> float:
    """Return the factor to shrink the prompt by, from the server's error."""
    prompt, context = error.details.get("prompt_tokens"), error.details.get("context_length")
    if isinstance(prompt, int) and isinstance(context, int) and prompt > context > 0:
        return SHRINK_FACTOR * context / prompt
    return SHRINK_FACTOR / 2


def _build_messages(request: Request, fitted: FittedRequest) -> list[dict[str, str]]:
    texts = [f"{passage.source}\n{passage.text}" for passage in fitted.passages]
    system, user = prompts.render_messages(
        prompts.CHAT,
        "ask",
        question=request.question.text,
        facts=fitted.facts,
        supporting=fitted.supporting,
        related=fitted.related,
        attachments=fitted.attachments,
        mark=prompts.make_mark(*texts),
        language=LANGUAGE_NAMES.get(request.question.language),
        instructed=request.system is None,
        unknown=refusals.REFUSALS[request.question.language],
    )
    if request.system is not None:
        system = {"role": "system", "content": request.system}
    return [system, *fitted.history, user]


@dataclass
class _Listener:
    """Listens to one answer."""

    provider: Provider
    prompt: Prompt
    draft: Answer
    request: Request
    fitted: FittedRequest
    text: str = ""
    held: str = ""
    reread: bool = False
    reasoning: ReasoningFilter = field(default_factory=ReasoningFilter)

    def listen(self, show: Show) -> Answer:
        """Stream the answer to ``show``."""
        # The fake model answers with its prompt.
        guard = StreamPass() if self.draft.model == FAKE else self._make_guard()
        finished = Finished("stop", self.draft.model or "")
        with output.Waiting(WAITING) as waiting:
            for piece in self.provider.stream(self.prompt):
                if isinstance(piece, Finished):
                    finished = piece
                    break
                passed = guard.feed(self.reasoning.feed(piece))
                if self.reasoning.was_misread and not self.reread:
                    self._start_again(show)
                if passed and not self.reasoning.thinking:
                    waiting.stop()
                self._take(passed, show)
                if guard.fired:
                    break
        if not guard.fired:
            self._take(guard.feed(self.reasoning.finish()) + guard.finish(), show)
        return self._finish(guard, finished, show)

    def _start_again(self, show: Show) -> None:
        """What was shown were thoughts: the answer begins here."""
        show("\n\n")
        self.reread, self.text, self.held = True, "", ""

    def _make_guard(self) -> StreamGuard:
        """Return the guard: what was given may be repeated, what was ordered may not."""
        system, *_, user = self.prompt.messages
        given = [user["content"].rpartition("Question: ")[2]]
        given += [f"{each.sentence} {each.text}" for each in self.fitted.passages]
        given += [each.text for each in self.fitted.attachments]
        given += [turn["content"] for turn in self.fitted.history]
        head = user["content"].rpartition("Question: ")[0].strip().rpartition("\n")[2]
        own = self.request.system is not None
        return StreamGuard("" if own else f"{system['content']}\n{head}", given)

    def _take(self, text: str, show: Show) -> None:
        """Show ``text``, unless the answer so far may be a refusal."""
        # Some models start with white space, which a terminal does not need.
        self.held += text if self.text or self.held else text.lstrip()
        if self.held and (self.text or not refusals.may_refuse(self.held)):
            show(self.held)
            self.text += self.held
            self.held = ""

    def _finish(self, guard: StreamPass, finished: Finished, show: Show) -> Answer:
        notes = list(self.draft.notes)
        refused = not self.text and refusals.is_refusal(self.held)
        if not refused and self.held:
            show(self.held)
            self.text += self.held
        text = self.text
        if guard.fired:
            notes.append(f"{guard.fired}; its answer was ended there")
            echoed = ECHOED_WORDS - 1 if guard.fired == ECHOES else 0
            own = self.request.system is not None  # then a word or two may be wanted
            text = text if own or len(text.split()) >= MIN_WORDS + echoed else ""
        elif finished.reason == FILTERED and text.strip():
            notes.append("a content filter ended the model's answer")
        elif not text.strip() and not refused:
            notes.append(_explain_silence(finished.reason, self.reasoning.thoughts))
        known = bool(text.strip())
        sources = support.find_sources(text, self.fitted.attachments, self.fitted.passages)
        return replace(
            self.draft,
            text=text if known else "",
            known=known,
            sources=sources if known else (),
            notes=tuple(notes),
            thoughts=self.reasoning.thoughts.strip(),
            finish_reason="stop" if guard.fired else finished.reason,
            tokens=finished.tokens,
            model=finished.model or self.draft.model,
        )


def _explain_silence(reason: str, thoughts: str) -> str:
    if reason == FILTERED:
        return "a content filter withheld the model's answer"
    if reason in TOOLS:
        return "the model called a tool instead of answering"
    if thoughts.strip():
        count = len(thoughts.split())
        return f"the model only thought, {count} words, and did not answer; raise --max-tokens"
    return "the model's answer is empty"
