"""Separates what a reasoning model thinks from what it answers.

Such models write their thoughts between ``<think>`` and ``</think>`` before the answer; some
templates open the thoughts themselves, so that only the end is seen.  Thoughts are no answer: they
are not judged and not sent back as history.  Pure: text in, text out.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression

_OPENING = expression(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_CLOSING = expression(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")
_TAG_STARTS = tuple(f"<{name}>" for name in ("think", "thinking", "thought", "reasoning"))


class ReasoningFilter:
    """Splits one answer as it streams; ``thoughts`` are what was held back."""

    def __init__(self) -> None:
        self._pending = ""
        self._started = False
        self.thinking = False
        self.thoughts = ""
        #: True if what was passed so far turned out to be thoughts.
        self.was_misread = False
        self._passed = ""

    def feed(self, piece: str) -> str:
        """Take the next piece; return what belongs to the answer."""
        self._pending += piece
        if not self._started:
            if _may_open(self._pending):
                return ""
            self._started = True
            if opening := _OPENING.match(self._pending):
                self.thinking = True
                self._pending = self._pending[opening.end() :]
        return self._think() if self.thinking else self._answer()

    def finish(self) -> str:
        """The model is done: return the rest of the answer."""
        rest, self._pending = self._pending, ""
        if self.thinking:
            self.thoughts += rest
            return ""
        return rest

    def _think(self) -> str:
        closing = _CLOSING.search(self._pending)
        if closing is None:
            keep = _count_open_tag(self._pending)
            cut = len(self._pending) - keep
            self.thoughts += self._pending[:cut]
            self._pending = self._pending[cut:]
            return ""
        self.thoughts += self._pending[: closing.start()]
        self._pending = self._pending[closing.end() :].lstrip()
        self.thinking = False
        return self._answer()

    def _answer(self) -> str:
        closing = None if self.thoughts else _CLOSING.search(self._pending)
        if closing is not None:  # the template had opened it
            self.thoughts = self._passed + self._pending[: closing.start()]
            self._pending = self._pending[closing.end() :].lstrip()
            self.was_misread = bool(self._passed)
        keep = 0 if self.thoughts else _count_open_tag(self._pending)
        cut = len(self._pending) - keep
        text, self._pending = self._pending[:cut], self._pending[cut:]
        if not self.thoughts:
            self._passed += text
        return text


def _may_open(text: str) -> bool:
    start = text.lstrip().lower()
    return any(tag.startswith(start) and tag != start for tag in _TAG_STARTS)


def _count_open_tag(text: str) -> int:
    """Return how many characters at the end may be the start of a closing tag."""
    at = text.rfind("<", max(0, len(text) - _LONGEST_TAG))
    return len(text) - at if at >= 0 and ">" not in text[at:] else 0
