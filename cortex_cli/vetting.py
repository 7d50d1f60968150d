"""Lets a small model phrase what a passage says, and nothing that it does not say.

Text streams through word by word.  At the first content word that neither the passage nor the
question holds, ``strayed`` is set and nothing more comes out: the caller goes on with the
passage's own words.  Pure: text in, text out.
"""

from __future__ import annotations

import re

from cortex_cli.words import SCAFFOLDING, words

_WORD_END = re.compile(r"\s")
# What phrasing needs beyond the passage's words; none of it adds a claim.
PHRASING = frozenset(
    """
    called named known provides provide offers offer includes include contains contain designed
    serves allows allow lets used uses user users package program software tool application
    version versions system linux debian also both each other their them they its which while
    such many several
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
MAX_REPEATS = 3


class Vetting:
    """One answer on its way to the reader."""

    def __init__(self, *supported: str) -> None:
        texts = " ".join(supported)
        self._known = {_stem(word) for word in words(texts)}
        self._known |= {_stem(part) for word in words(texts) for part in re.split(r"[-.+]", word)}
        self._pending = ""
        self._last = ""
        self._repeats = 0
        self.strayed = False
        self.passed = ""

    def feed(self, piece: str) -> str:
        """Take the next piece of the model's text; return what may be shown now."""
        if self.strayed:
            return ""
        self._pending += piece
        out = ""
        while match := _WORD_END.search(self._pending):
            word, self._pending = self._pending[: match.end()], self._pending[match.end() :]
            if not self._check(word):
                return self._pass(out)
            out += word
        return self._pass(out)

    def finish(self) -> str:
        """The model is done: return what was held back, if it holds."""
        rest, self._pending = self._pending, ""
        if self.strayed or not rest or not self._check(rest):
            return ""
        return self._pass(rest)

    def _pass(self, text: str) -> str:
        self.passed += text
        return text

    def _check(self, text: str) -> bool:
        self._repeats = self._repeats + 1 if text.strip() and text == self._last else 0
        self._last = text
        parts = [part for word in words(text) for part in re.split(r"[-.+]", word) if part]
        known = all(
            _stem(part) in self._known or part in SCAFFOLDING or part in PHRASING for part in parts
        )
        self.strayed = not known or self._repeats >= MAX_REPEATS
        return not self.strayed


def _stem(word: str) -> str:
    for ending in ("ies", "es", "s", "ing", "ed", "d", "ly", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
