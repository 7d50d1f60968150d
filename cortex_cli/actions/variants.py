"""The same request said otherwise: without its slips, its reasons, or the story before it.

Tried only where a sentence as it stands is no action.  Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.actions import spelling
from cortex_cli.actions.leftover import LIMITS
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.actions.sentence import Sentence

# Why something is wanted changes nothing about what is.
_REASONS = expression(
    r"[,;]?\s+(?:because|since (?=i\b|it\b|they\b|we\b)|so that\b|in order to\b|now that\b"
    r"|so (?=i\b|it\b|nothing\b|nobody\b|no one\b|we\b)|for (?=a friend\b|work\b|my boss\b)"
    r"|as (?=i\b|it\b|we\b)|after (?=editing\b|changing\b|i\b)"
    r"|parce qu[e']|car\b|pour (?=que\b|qu'|pouvoir\b)|afin d|puisqu"
    r"|porque\b|ya que\b|para (?=que\b|poder\b)|pues\b|tras (?=editar\b|cambiar\b))",
    re.IGNORECASE,
)
_CLAUSES = expression(r"[.,;:!?]\s+")
# A story is told in several words; "hello, list files" is read as it stands.
MIN_KEPT_CHARS = 8


def variants(asked: Sentence) -> Iterator[str]:
    """Other texts for what was asked, the nearest first."""
    text = asked.text
    plain = _without_reason(text)
    if plain is not None:
        yield plain
    request = _without_story(plain or text, asked)
    if request is not None:
        yield request
    corrected = spelling.correct(asked)
    if corrected is not None:
        yield corrected


def _without_reason(text: str) -> str | None:
    match = _REASONS.search(text, MIN_KEPT_CHARS)
    return text[: match.start()] if match else None


def _without_story(text: str, asked: Sentence) -> str | None:
    """The last clause, if those before it name nothing and limit nothing."""
    parts = [part for part in _CLAUSES.split(text) if len(part) >= MIN_KEPT_CHARS]
    if len(parts) < 2:
        return None
    start = text.rindex(parts[-1])
    details = [
        token
        for token in asked.tokens
        if text.find(token.text) < start
        and (token.kind or token.concept in LIMITS or not token.known)
    ]
    return None if details else parts[-1]
