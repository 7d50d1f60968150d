"""How an answer comes about: evidence, prompt, model, and what of its text may be shown.

An instruction model is given the evidence and streams.  The built-in small model is only
asked to phrase what a passage says, is vetted word by word, and where it strays the passage's
own words take over; without a passage it is not asked at all.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cortex_cli import evidence, facts, output, prompts, provider
from cortex_cli.errors import Failure
from cortex_cli.knowledge import Knowledge
from cortex_cli.provider import Finished, Question
from cortex_cli.vetting import Vetting
from cortex_cli.words import ENGLISH, FRENCH, SPANISH, language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cortex_cli.evidence import Evidence
    from cortex_cli.provider import Model, Provider
    from cortex_cli.settings import Settings

    Show = Callable[[str], None]

UNKNOWN = {ENGLISH: "I don't know.", FRENCH: "Je ne sais pas.", SPANISH: "No lo sé."}
WAITING = "waiting for the model"
CHAT_TEMPERATURE = 0.2
# A passage rephrased is a sentence or two.
NANO_MAX_TOKENS = 96


@dataclass(frozen=True, slots=True)
class Answer:
    """What was shown, and what it rests on; ``known`` is False for "I don't know"."""

    question: str
    text: str
    sources: tuple[str, ...]
    known: bool
    model: str
    max_tokens: int
    finish_reason: str = "stop"
    tokens: int | None = None

    @property
    def cut(self) -> bool:
        """True if the model had more to say."""
        return self.finish_reason == "length"

    def as_json(self) -> dict[str, Any]:
        """The answer for ``--json``."""
        return {
            "question": self.question,
            "answer": self.text.strip(),
            "known": self.known,
            "sources": list(self.sources),
            "model": self.model,
            "finish_reason": self.finish_reason,
            "tokens": self.tokens,
        }


def answer(
    settings: Settings, question: str, *, system: str | None, max_tokens: int, show: Show
) -> Answer:
    """Answer ``question``; every piece of text goes to ``show`` as soon as it may.

    Raises:
        CortexError: no daemon, no model, or the model broke off.
    """
    with closing(provider.choose(settings)) as source:
        model = source.model()
        known_facts = facts.collect()
        with _knowledge(settings) as knowledge:
            found = evidence.gather(question, knowledge, known_facts)
        if model.profile == prompts.NANO and system is None:
            return _phrased(source, model, question, found, show)
        messages = prompts.messages(
            prompts.CHAT,
            "ask",
            question=question,
            facts=known_facts,
            supporting=found.supporting,
            related=found.related,
        )
        if system is not None:
            messages = [{"role": "system", "content": system}, messages[-1]]
        draft = Answer(question, "", tuple(found.sources), True, model.name, max_tokens)
        return _streamed(source, Question(messages, max_tokens, CHAT_TEMPERATURE), draft, show)


def _knowledge(settings: Settings) -> Knowledge:
    try:
        return Knowledge.open(settings.environ)
    except Failure as error:  # a damaged list is no reason not to answer
        output.talk(f"answering without the package index: {error.message}")
        return Knowledge(None)


def _streamed(source: Provider, question: Question, draft: Answer, show: Show) -> Answer:
    text = ""
    end = Finished("stop", draft.model)
    with output.Waiting(WAITING) as waiting:
        for piece in source.stream(question):
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


def _phrased(source: Provider, model: Model, question: str, found: Evidence, show: Show) -> Answer:
    draft = Answer(question, "", tuple(found.sources), True, model.name, NANO_MAX_TOKENS)
    if not found.supporting:
        text = UNKNOWN[language(question)]
        show(text)
        return replace(draft, text=text, sources=(), known=False)
    messages = prompts.messages(
        prompts.NANO, "ask", question=question, supporting=found.supporting[:1]
    )
    passage = found.supporting[0]
    vetting = Vetting(question, passage.sentence, passage.text, allowed=prompts.NANO_UNKNOWN)
    stream = source.stream(Question(messages, NANO_MAX_TOKENS))
    end = _show_vetted(stream, vetting, show)
    text = vetting.passed
    if vetting.allowed_answer:
        return replace(
            draft, text=text, sources=(), known=False, tokens=end.tokens if end else None
        )
    if vetting.strayed or not text.strip():
        rest = ("\n" if text.strip() else "") + _in_their_own_words(found)
        show(rest)
        text += rest
    return replace(draft, text=text, finish_reason="stop", tokens=end.tokens if end else None)


def _show_vetted(stream: Iterator[str | Finished], vetting: Vetting, show: Show) -> Finished | None:
    with output.Waiting(WAITING) as waiting:
        for piece in stream:
            waiting.stop()
            if isinstance(piece, Finished):
                show(vetting.finish())
                return piece
            show(vetting.feed(piece))
            if vetting.strayed:
                break
    return None


def _in_their_own_words(found: Evidence) -> str:
    return "\n".join(passage.sentence for passage in found.supporting)
