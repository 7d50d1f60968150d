"""Answers with the small model: it phrases what one passage says, or is not asked at all.

Its text is vetted word by word, and where it strays the passage's own words take over.  Of what
is handed in, and of the journal, the lines that matter are quoted: no model reads them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask import failures
from cortex_cli.ask.grounding import Vetting
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

# A passage rephrased is a sentence or two.
MAX_TOKENS = 96
MAX_QUOTED_LINES = 5
MAX_QUOTED_CHARS = 300
JOURNAL = "journal: "
# With a name and nothing else, these ask what it is.
WHAT_IS = frozenset(
    """
    what whats is are s the a an does do mean define explain describe tell me about please
    qu que est est-ce c quoi à sert le la un une définis explique décris
    qué es el una para sirve explica
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)


def phrase(
    source: Provider,
    model: Model,
    request: Request,
    found: Evidence,
    *,
    about_failure: bool,
    show: Show,
) -> Answer:
    """Answer from what is handed in, or else from the first passage."""
    draft = Answer(request.question, "", tuple(found.sources), True, model.name, MAX_TOKENS)
    if request.attachments:
        return _quoted(draft, request, about_failure=about_failure, show=show)
    if about_failure:
        told = [each for each in found.supporting if each.source.startswith((JOURNAL, "systemctl"))]
        if told:
            sources = tuple(dict.fromkeys(each.source for each in told))
            text = "\n".join(each.sentence for each in told[-MAX_QUOTED_LINES:])
            return _said(replace(draft, sources=sources), text, request, show)
        # Nothing has failed here: what a manual says to the question's words, and nothing less.
        found = replace(found, supporting=tuple(each for each in found.supporting if each.telling))
        draft = replace(draft, sources=tuple(found.sources))
    if not found.supporting:
        return _said(draft, "", request, show)
    return _phrased(source, draft, found, show)


def _said(draft: Answer, text: str, request: Request, show: Show) -> Answer:
    """Show ``text`` as it is; "I don't know" if there is none."""
    show(text or request.unknown)
    if text:
        return replace(draft, text=text)
    return replace(draft, text=request.unknown, sources=(), known=False)


def _quoted(draft: Answer, request: Request, *, about_failure: bool, show: Show) -> Answer:
    sources: list[str] = []
    lines: list[str] = []
    for attachment in request.attachments:
        if told := _telling(attachment, request.question, about_failure=about_failure):
            sources.append(attachment.name)
            lines += told
    return _said(replace(draft, sources=tuple(sources)), "\n".join(lines), request, show)


def _telling(attachment: Attachment, question: Question, *, about_failure: bool) -> Sequence[str]:
    """The lines that speak of a failure or have the question's words, in their order."""
    wanted = set(question.content)
    lines = [line.strip() for line in attachment.text.splitlines() if line.strip()]
    scores = []
    for place, line in enumerate(lines):
        said = words(line)
        score = len(wanted.intersection(said))
        if about_failure:
            score += 2 * sum(bool(failures.FAILURE.match(word)) for word in said)
        scores.append((score, place))
    best = sorted((pair for pair in scores if pair[0] > 0), reverse=True)[:MAX_QUOTED_LINES]
    return [lines[place][:MAX_QUOTED_CHARS] for place in sorted(place for _, place in best)]


def _phrased(source: Provider, draft: Answer, found: Evidence, show: Show) -> Answer:
    question = draft.question
    messages = prompts.messages(
        prompts.NANO, "ask", question=question.text, supporting=found.supporting[:1]
    )
    passage = found.supporting[0]
    vetting = Vetting(question.text, passage.sentence, passage.text, allowed=prompts.NANO_UNKNOWN)
    stream = source.stream(Prompt(messages, MAX_TOKENS))
    end = _show_vetted(stream, vetting, show)
    text, tokens = vetting.passed, end.tokens if end else None
    if vetting.allowed_answer:
        if _asks_what_it_is(question, passage):
            show(passage.sentence)
            return replace(draft, text=passage.sentence, tokens=tokens)
        show(text)
        return replace(draft, text=text, sources=(), known=False, tokens=tokens)
    if vetting.strayed or not text.strip():
        rest = ("\n" if text.strip() else "") + _in_their_own_words(found)
        show(rest)
        text += rest
    return replace(draft, text=text, tokens=tokens)


def _asks_what_it_is(question: Question, passage: Passage) -> bool:
    """Whether a question has nothing but the passage's subject: its summary answers it.

    The built-in model overlooks one such passage in twenty where it is a summary alone.
    """
    return question.word_set - WHAT_IS <= set(words(passage.subject))


def _show_vetted(stream: Iterator[str | Finished], vetting: Vetting, show: Show) -> Finished | None:
    """Show the model's text as it comes, but for an answer that needs no support."""
    with output.Waiting(WAITING) as waiting:
        for piece in stream:
            waiting.stop()
            if isinstance(piece, Finished):
                rest = vetting.finish()
                if vetting.allowed_answer is None:
                    show(rest)
                return piece
            show(vetting.feed(piece))
            if vetting.strayed:
                break
    return None


def _in_their_own_words(found: Evidence) -> str:
    return "\n".join(passage.quoted for passage in found.supporting)
