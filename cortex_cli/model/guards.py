"""Notices in a stream that a model has gone wrong: loops, echoes of its instructions, role tokens.

Text streams through word by word.  The first sign ends the answer: what was passed before it
stands, and ``fired`` says in words what happened.  What the model was given to read may repeat
itself, so its repetitions are no sign.  Pure: text in, text out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterable

# Manuals list cases in parallel: 8 words in a row come twice in 25 of 8,000 paragraphs.  So they
# end an answer if they follow on themselves, make a whole sentence, or come four times: 4 of 8,000.
REPEATED_WORDS, REPEATED_TIMES = 8, 4
MAX_CYCLE_WORDS = 40
# How often a cycle of so many words must come; up to three words are a unit.
CYCLE_REPEATS = ((3, 6), (7, 3), (MAX_CYCLE_WORDS, 2))
# Settings, code and tables repeat their lines: what is not mostly prose may do so more often.
MIN_PROSE_SHARE, CODE_FACTOR = 0.75, 3
ECHOED_WORDS = 5
MAX_CHAR_RUN = 12
# No model needs longer words; a run without white space is judged in pieces of this size.
MAX_WORD_CHARS = 400
REPEATS = "the model repeated itself"
ECHOES = "the model repeated its instructions"
ROLES = "the model began to speak for both sides"
_PIECES = expression(rf"\s+|\S{{1,{MAX_WORD_CHARS}}}")
_ROLE_TOKEN = expression(
    r"<[|\uff5c][^\s<>]{0,40}|</?s>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|<[0-9a-f]{16}>",
    re.IGNORECASE,
)
_ROLE_LABELS = frozenset({"user:", "assistant:", "human:", "system:", "question:"})
_UNIT = expression(r"([^\W\d_]{2,4})\1{5}")
_ENDS = (".", "!", "?", '."', ".)", ".'")
# Lines and tables are drawn with these.
_RULES = frozenset("-=_*#~.+|/\\: \u2500\u2501\u2550\u2026")
_NO_WORD = expression(r"[\W_]+")
_PROSE = expression(r"[\"'(\u00ab]?[^\W\d_]+(?:['\u2019-][^\W\d_]+)?[\"')\u00bb]?[.,;!?]{0,2}\Z")


class StreamPass:
    """Watches nothing: all of an answer passes."""

    fired: str | None = None

    def feed(self, piece: str) -> str:
        """Take the next piece; return what may be shown now."""
        return piece

    def finish(self) -> str:
        """The model is done: return the rest."""
        return ""


class StreamGuard(StreamPass):
    """Watches one answer.  ``instructions`` is what no answer repeats, ``given`` what one may."""

    def __init__(self, instructions: str = "", given: Iterable[str] = ()) -> None:
        given_words = _fold(" ".join(given))
        self._allowed = _find_repeated(given_words, REPEATED_WORDS)
        self._echoes = set(_build_runs(_fold(instructions), ECHOED_WORDS)) - set(
            _build_runs(given_words, ECHOED_WORDS)
        )
        self._pending = ""
        self._words: list[str] = []
        self._prose: list[bool] = []
        self._seen: dict[tuple[str, ...], int] = {}
        self._run = ("", 0)
        self._at_line_start = False
        self._sentences: set[tuple[str, ...]] = set()
        self._sentence_at = 0
        self.fired: str | None = None
        self.passed_text = ""

    def feed(self, piece: str) -> str:
        """Take the next piece; return what may be shown now."""
        if self.fired:
            return ""
        text = self._pending + piece
        parts = _PIECES.findall(text)
        # The last word may go on in the next piece.
        keep = parts.pop() if parts and not parts[-1].isspace() else ""
        self._pending = "" if len(keep) >= MAX_WORD_CHARS else keep
        if keep and not self._pending:
            parts.append(keep)
        return self._pass(parts)

    def finish(self) -> str:
        """The model is done: return the rest, if it is sound."""
        rest, self._pending = self._pending, ""
        return "" if self.fired else self._pass([rest] if rest else [])

    def _pass(self, parts: list[str]) -> str:
        kept = ""
        for part in parts:
            self.fired = self._judge(part)
            if self.fired:
                token = _ROLE_TOKEN.search(part) if self.fired == ROLES else None
                kept += part[: token.start()] if token else ""
                break
            kept += part
        self.passed_text += kept
        return kept

    def _judge(self, part: str) -> str | None:
        if part.isspace():
            self._at_line_start = self._at_line_start or "\n" in part
            return None
        if _ROLE_TOKEN.search(part) or (self._at_line_start and part.lower() in _ROLE_LABELS):
            return ROLES
        self._at_line_start = False
        if self._has_run(part):
            return REPEATS
        for word in _fold(part):
            self._words.append(word)
            self._prose.append(_PROSE.match(part) is not None)
            if tuple(self._words[-ECHOED_WORDS:]) in self._echoes:
                return ECHOES
            if self._repeats():
                return REPEATS
        if part.endswith(_ENDS) and self._repeats_sentence():
            return REPEATS
        return None

    def _has_run(self, part: str) -> bool:
        """True if ``part`` has a run of one character that draws no line, or of a few letters."""
        for char in part:
            last, count = self._run
            self._run = (char, count + 1 if char == last else 1)
            if self._run[1] >= MAX_CHAR_RUN and char not in _RULES and not char.isdigit():
                return True
        self._run = ("", 0)  # a word ends here
        return _UNIT.search(part) is not None

    def _repeats(self) -> bool:
        """True if the words so far end with a cycle, or with a run that came too often."""
        words = self._words
        for length in range(1, min(MAX_CYCLE_WORDS, len(words) // 2) + 1):
            if words[-1] == words[-1 - length] and self._has_cycle(length):
                return True
        run = tuple(words[-REPEATED_WORDS:])
        if len(run) < REPEATED_WORDS or run in self._allowed or not _has_meaning(run):
            return False
        times = self._seen[run] = self._seen.get(run, 0) + 1
        return times >= REPEATED_TIMES * self._factor(REPEATED_WORDS)

    def _has_cycle(self, length: int) -> bool:
        repeats = next(count for most, count in CYCLE_REPEATS if length <= most)
        repeats *= self._factor(length)
        unit = self._words[-length:]
        span = length * repeats
        return (
            len(self._words) >= span
            and self._words[-span:] == unit * repeats
            and tuple((unit * REPEATED_WORDS)[:REPEATED_WORDS]) not in self._allowed
            and _has_meaning(unit)
        )

    def _factor(self, length: int) -> int:
        prose = sum(self._prose[-length:]) / length
        return 1 if prose >= MIN_PROSE_SHARE else CODE_FACTOR

    def _repeats_sentence(self) -> bool:
        """True if the sentence that ends here has been said before."""
        sentence = tuple(self._words[self._sentence_at :])
        self._sentence_at = len(self._words)
        if len(sentence) < REPEATED_WORDS or sentence[:REPEATED_WORDS] in self._allowed:
            return False
        known = sentence in self._sentences and self._factor(len(sentence)) == 1
        self._sentences.add(sentence)
        return known


def _has_meaning(words: Iterable[str]) -> bool:
    """False for the cells of a drawn table, and for columns of numbers."""
    return any(len(word) > 1 and not word.isdigit() for word in words)


def _fold(text: str) -> list[str]:
    """Return the words without their punctuation; signs alone are words, bullets and rules not."""
    words = (
        _NO_WORD.sub("", each) or ("" if set(each) <= _RULES | {"\u2022"} else each)
        for each in text.lower().split()
    )
    return [word for word in words if word]


def _build_runs(words: list[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)]


def _find_repeated(words: list[str], length: int) -> set[tuple[str, ...]]:
    seen: set[tuple[str, ...]] = set()
    repeated: set[tuple[str, ...]] = set()
    for run in _build_runs(words, length):
        (repeated if run in seen else seen).add(run)
    return repeated
