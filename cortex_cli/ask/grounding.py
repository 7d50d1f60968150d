"""Lets through only those words of a small model that its passage supports.

Text streams through word by word.  At the first content word that neither the passage nor the
question has, ``strayed`` is set and nothing more is passed: the caller continues with the
passage's own words.  Pure: text in, text out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.language.words import SCAFFOLDING, words

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = expression(r"\s+|\S+\s?")
_COMPLETE_WORDS = expression(r".*\s", re.DOTALL)
# Words that rephrasing needs besides the passage's; none of them adds a claim.
PHRASING_WORDS = frozenset(
    """
    called named known provides provide offers offer includes include contains contain designed
    serves allows allow lets used uses user users package program software tool application
    version versions system linux debian also both each other their them they its which while
    such many several
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# These reverse a claim: allowed only if the passage has them.
NEGATIONS = frozenset({"not", "no", "never", "without", "nor", "ne", "pas", "sans", "sin"})
FREE_WORDS = (SCAFFOLDING | PHRASING_WORDS) - NEGATIONS
MAX_REPEATS = 3


class GroundingFilter:
    """Filters one answer; ``allowed`` are complete answers that need no support.

    ``allowed_answer`` is the one of them that the model gave, if any.
    """

    def __init__(self, *supporting: str, allowed: Sequence[str] = ()) -> None:
        texts = " ".join(supporting)
        self._allowed = allowed
        self.allowed_answer: str | None = None
        self._known = {_stem(word) for word in words(texts)}
        self._known |= {_stem(part) for word in words(texts) for part in re.split(r"[-.+]", word)}
        self._pending = ""
        self._last = ""
        self._repeats = 0
        self.strayed = False
        self.passed_text = ""

    def feed(self, piece: str) -> str:
        """Take the next piece of the model's text; return what may be shown now."""
        if self.strayed:
            return ""
        self._pending += piece
        if not self.passed_text and self._may_be_allowed():
            return ""
        # Up to the last white space: only complete words are judged.
        complete = _COMPLETE_WORDS.match(self._pending)
        if complete is None:
            return ""
        self._pending = self._pending[complete.end() :]
        return self._pass_checked(complete[0])

    def finish(self) -> str:
        """The model is done: return the rest, if it is supported."""
        rest, self._pending = self._pending, ""
        if not self.passed_text and rest.strip() in self._allowed:
            self.allowed_answer = rest.strip()
            return self._pass(self.allowed_answer)
        if self.strayed:
            return ""
        return self._pass_checked(rest)

    def _may_be_allowed(self) -> bool:
        pending = self._pending.lstrip()
        return any(answer.startswith(pending) for answer in self._allowed)

    def _pass_checked(self, text: str) -> str:
        out = ""
        for word in _WORD.findall(text):
            if not self._check(word):
                break
            out += word
        return self._pass(out)

    def _pass(self, text: str) -> str:
        self.passed_text += text
        return text

    def _check(self, text: str) -> bool:
        self._repeats = self._repeats + 1 if text.strip() and text == self._last else 0
        self._last = text
        parts = [part for word in words(text) for part in re.split(r"[-.+]", word) if part]
        known = all(_stem(part) in self._known or part in FREE_WORDS for part in parts)
        self.strayed = not known or self._repeats >= MAX_REPEATS
        return not self.strayed


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ing", "ed", "d", "ly", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
