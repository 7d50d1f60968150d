"""Answers with the small model: it rephrases one passage, or is not asked at all.

Its text is checked word by word; if it strays, the passage's own words follow.  From attachments
and the journal the lines that matter are quoted: no model reads them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import failures
from cortex_cli.ask.grounding import GroundingFilter
from cortex_cli.ask.request import WAITING, Answer
from cortex_cli.language.words import words
from cortex_cli.model import prompts
from cortex_cli.model.provider import Finished, Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cortex_cli.ask.attachments import Attachment
    from cortex_cli.ask.evidence import Evidence, Passage
    from cortex_cli.ask.request import Request, Show
    from cortex_cli.language.question import Question
    from cortex_cli.model.provider import Model, Provider

# A rephrased passage is a sentence or two.
MAX_TOKENS = 96
MAX_QUOTED_LINES = 5
MAX_QUOTED_CHARS = 300
JOURNAL = "journal: "
# With nothing but a name, these words ask what it is.
WHAT_IS = frozenset(
    """
    what whats is are s the a an does do mean define explain describe tell me about please
    qu que est est-ce c quoi à sert le la un une définis explique décris
    qué es el una para sirve explica
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


def phrase(
    provider: Provider,
    model: Model,
    request: Request,
    evidence: Evidence,
    *,
    about_failure: bool,
    show: Show,
) -> Answer:
    """Answer from the attachments, or else from the first passage.

    Raises:
        CortexError: the model does not answer.
    """
    draft = Answer(request.question, "", tuple(evidence.sources), True, model.name, MAX_TOKENS)
    if request.attachments:
        return _quote_attachments(draft, request, about_failure=about_failure, show=show)
    if about_failure:
        lines = [
            passage
            for passage in evidence.supporting
            if passage.source.startswith((JOURNAL, "systemctl"))
        ]
        if lines:
            sources = tuple(dict.fromkeys(line.source for line in lines))
            text = "\n".join(line.sentence for line in lines[-MAX_QUOTED_LINES:])
            return _show_text(replace(draft, sources=sources), text, request, show)
        # Nothing has failed here: only a manual that covers the question's words is left.
        supporting = tuple(passage for passage in evidence.supporting if passage.excerpt)
        evidence = replace(evidence, supporting=supporting)
        draft = replace(draft, sources=tuple(evidence.sources))
    if not evidence.supporting:
        return _show_text(draft, "", request, show)
    return _phrase_passage(provider, draft, evidence, show)


def _show_text(draft: Answer, text: str, request: Request, show: Show) -> Answer:
    """Show ``text`` as it is, or "I don't know" if it is empty."""
    show(text or request.unknown)
    if text:
        return replace(draft, text=text)
    return replace(draft, text=request.unknown, sources=(), known=False)


def _quote_attachments(
    draft: Answer, request: Request, *, about_failure: bool, show: Show
) -> Answer:
    sources: list[str] = []
    lines: list[str] = []
    for attachment in request.attachments:
        if selected := _select_lines(attachment, request.question, about_failure=about_failure):
            sources.append(attachment.name)
            lines += selected
    return _show_text(replace(draft, sources=tuple(sources)), "\n".join(lines), request, show)


def _select_lines(
    attachment: Attachment, question: Question, *, about_failure: bool
) -> Sequence[str]:
    """Return the lines about a failure or with the question's words, in their order."""
    wanted = set(question.content)
    lines = [line.strip() for line in attachment.text.splitlines() if line.strip()]
    scores = []
    for number, line in enumerate(lines):
        line_words = words(line)
        score = len(wanted.intersection(line_words))
        if about_failure:
            score += 2 * sum(bool(failures.FAILURE_WORD.match(word)) for word in line_words)
        scores.append((score, number))
    best = sorted((pair for pair in scores if pair[0] > 0), reverse=True)[:MAX_QUOTED_LINES]
    return [lines[number][:MAX_QUOTED_CHARS] for number in sorted(number for _, number in best)]


def _phrase_passage(provider: Provider, draft: Answer, evidence: Evidence, show: Show) -> Answer:
    question = draft.question
    messages = prompts.render_messages(
        prompts.NANO, "ask", question=question.text, supporting=evidence.supporting[:1]
    )
    passage = evidence.supporting[0]
    grounding = GroundingFilter(
        question.text, passage.sentence, passage.text, allowed=prompts.NANO_UNKNOWN
    )
    stream = provider.stream(Prompt(messages, MAX_TOKENS))
    finished = _show_grounded(stream, grounding, show)
    text, tokens = grounding.passed_text, finished.tokens if finished else None
    if grounding.allowed_answer:
        if _asks_what_it_is(question, passage):
            show(passage.sentence)
            return replace(draft, text=passage.sentence, tokens=tokens)
        show(text)
        return replace(draft, text=text, sources=(), known=False, tokens=tokens)
    if grounding.strayed or not text.strip():
        rest = ("\n" if text.strip() else "") + _join_quotations(evidence)
        show(rest)
        text += rest
    return replace(draft, text=text, tokens=tokens)


def _asks_what_it_is(question: Question, passage: Passage) -> bool:
    """True if a question has nothing but the passage's subject: the summary answers it.

    The built-in model overlooks one in twenty such passages if it is a summary alone.
    """
    return question.word_set - WHAT_IS <= set(words(passage.subject))


def _show_grounded(
    stream: Iterator[str | Finished], grounding: GroundingFilter, show: Show
) -> Finished | None:
    """Show the model's text as it streams, except an answer that needs no support."""
    with output.Waiting(WAITING) as waiting:
        for piece in stream:
            waiting.stop()
            if isinstance(piece, Finished):
                rest = grounding.finish()
                if grounding.allowed_answer is None:
                    show(rest)
                return piece
            show(grounding.feed(piece))
            if grounding.strayed:
                break
    return None


def _join_quotations(evidence: Evidence) -> str:
    return "\n".join(passage.quotation for passage in evidence.supporting)
