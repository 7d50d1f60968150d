"""Lets a small chat model put a quotation in its own words; what it adds is not believed.

Below about a billion parameters a model does not choose what is true: of 65 passages a 135 M model
read 14 rightly, the code in ``extraction`` 57.  So it gets the lines that answer and the question,
no instruction that it could misread, and its first sentence is shown only if every word and every
value in it is in those lines.  Otherwise the lines stand as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.ask.grounding import GroundingFilter
from cortex_cli.ask.request import WAITING
from cortex_cli.expressions import expression
from cortex_cli.model import prompts
from cortex_cli.model.guards import StreamGuard
from cortex_cli.model.provider import Finished, Prompt
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.ask.reading import Quotation
    from cortex_cli.language.question import Question
    from cortex_cli.model.provider import Provider

MAX_TOKENS = 64
MIN_WORDS = 4
# A longer quotation is a log or a list: there is nothing to phrase.
MAX_CHARS = 400
_SENTENCE = expression(r"[.!?](?=\s)|\n")
# What must not get lost: numbers, options, paths, names in capitals, negations.
_VALUE = expression(
    r"(?<![\w-])--?[A-Za-z][\w-]*|(?<!\w)/[\w./-]+|\b\w*\d[\w.:]*|\b[A-Z][A-Z_]{2,}\b"
    r"|\b(?:not|never|no|without|cannot|only)\b"
)


def phrase(provider: Provider, question: Question, quotation: Quotation) -> tuple[str, int | None]:
    """Return what to show for ``quotation`` and the tokens that it cost.

    A model that fails here costs nothing: the quotation is the answer.
    """
    if len(quotation.text) > MAX_CHARS or "\n" in quotation.text:
        return quotation.text, None
    messages = prompts.render_messages(
        prompts.TINY, "ask", question=question.text, text=quotation.text
    )
    try:
        sentence, tokens = _read_sentence(provider, Prompt(messages, MAX_TOKENS), quotation.text)
    except CortexError:
        return quotation.text, None
    return (sentence if holds(sentence, quotation.text) else quotation.text), tokens


def holds(sentence: str, text: str) -> bool:
    """True if ``sentence`` says nothing that ``text`` does not, and keeps its values."""
    if len(sentence.split()) < MIN_WORDS:
        return False
    grounding = GroundingFilter(text)
    grounding.feed(f"{sentence} ")
    grounding.finish()
    kept = {value.lower() for value in _VALUE.findall(text)}
    return not grounding.strayed and kept <= {each.lower() for each in _VALUE.findall(sentence)}


def _read_sentence(provider: Provider, prompt: Prompt, text: str) -> tuple[str, int | None]:
    """Return the first sentence of the model's answer, empty if it went wrong."""
    guard = StreamGuard("", [text])
    answer, tokens = "", None
    with output.Waiting(WAITING):
        for piece in provider.stream(prompt):
            if isinstance(piece, Finished):
                tokens = piece.tokens
                answer += guard.finish()
                break
            answer += guard.feed(piece)
            if guard.fired:
                return "", tokens
            if end := _SENTENCE.search(answer.lstrip()):
                return answer.lstrip()[: end.end()].strip(), tokens
    return ("" if guard.fired else answer.strip()), tokens
