"""Regular expressions of the catalogue: bounded, compiled when needed, ruled out cheaply.

Hundreds of expressions against every line of a log would take seconds.  Each expression
therefore knows a few literals of which one must occur in any text that it matches; a plain
substring search rules out nearly all of them before anything is compiled.  Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

# An unbounded repeat retried at every place of a hostile line is quadratic; with a bound it
# is linear.  No gap between two parts of one message is longer.
MAX_REPEAT = 120
CACHED = 4096

_TOKEN = expression(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P<\w+>|:|=|!|<=|<!))?|\)|\||[*+?]\??|\{\d*,?\d*\}\??|.",
    re.DOTALL,
)
_REPEAT = expression(r"[*+?]\??\Z|\{\d*,?\d*\}\??\Z")
_LITERAL_ESCAPE = expression(r"\\[^\w\s]|\\ ")
_OPTIONAL = expression(r"[*?]|\{(?:0|,)")


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Pattern:
    """One expression; ``needs`` are lower-case literals, one of which any match contains."""

    source: str
    needs: tuple[str, ...]

    def may_match(self, folded_text: str) -> bool:
        """False where ``folded_text`` (see ``fold``) cannot hold a match."""
        return may_match(self.needs, folded_text)

    def search(self, folded_text: str) -> re.Match[str] | None:
        """The first match in ``folded_text``."""
        return (
            compile_pattern(self.source).search(folded_text)
            if self.may_match(folded_text)
            else None
        )


def may_match(needs: tuple[str, ...], folded_text: str) -> bool:
    """False where ``folded_text`` cannot hold a match of an expression with these ``needs``."""
    return not needs or any(literal in folded_text for literal in needs)


def pattern(source: str) -> Pattern:
    """``source`` without accents and with bounded repeats; a faulty one fails when compiled."""
    plain = bound_repeats(_strip_accents(source))
    return Pattern(plain, find_needs(plain))


@lru_cache(CACHED)
def compile_pattern(source: str) -> re.Pattern[str]:
    """``source`` compiled, ignoring case."""
    return re.compile(source, re.IGNORECASE)


def fold(text: str) -> str:
    """``text`` as patterns see it: lower case, no accents, plain quotes and spaces."""
    return text.lower() if text.isascii() else _strip_accents(text).lower()


def _strip_accents(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_PLAIN)
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


# Typographic quotation marks and the spaces that French sets before a colon.
_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d\u00a0\u202f", "''\"\"  ")


def bound_repeats(source: str) -> str:
    """``source`` with an upper bound on every repeat that has none."""
    done = []
    for token in _TOKEN.findall(source):
        lazy = "?" if len(token) > 1 and token.endswith("?") else ""
        if token in ("*", "*?"):
            token = f"{{0,{MAX_REPEAT}}}{lazy}"  # noqa: PLW2901 - the token that is put down
        elif token in ("+", "+?"):
            token = f"{{1,{MAX_REPEAT}}}{lazy}"  # noqa: PLW2901
        elif token.startswith("{") and token.rstrip("?").endswith(",}"):
            token = f"{token.rstrip('?')[:-1]}{MAX_REPEAT}}}{lazy}"  # noqa: PLW2901
        done.append(token)
    return "".join(done)


def find_needs(source: str) -> tuple[str, ...]:
    """Literals of which any text that ``source`` matches holds one; () where none is sure."""
    tokens = _TOKEN.findall(source)
    needs, _ = _alternatives(tokens, 0)
    return tuple(sorted(needs)) if needs else ()


def _alternatives(tokens: list[str], place: int) -> tuple[frozenset[str] | None, int]:
    """What each branch from ``place`` on needs, united, and where the group ends."""
    every: set[str] | None = set()
    while True:
        branch, place = _branch(tokens, place)
        every = None if branch is None or every is None else every | branch
        if place >= len(tokens) or tokens[place] == ")":
            return (frozenset(every) if every else None), place
        place += 1


def _branch(tokens: list[str], place: int) -> tuple[frozenset[str] | None, int]:
    candidates: list[frozenset[str]] = []
    run = ""
    while place < len(tokens) and tokens[place] not in ("|", ")"):
        token = tokens[place]
        group: frozenset[str] | None = None
        literal = None
        if token.startswith(("(?:", "(?P<")) or token in {"("}:
            group, place = _alternatives(tokens, place + 1)
        elif token.startswith("("):  # looks around: says nothing of what is matched
            _, place = _alternatives(tokens, place + 1)
        else:
            literal = _literal(token)
        place += 1
        repeat = tokens[place] if place < len(tokens) and _REPEAT.match(tokens[place]) else ""
        optional = bool(repeat and _OPTIONAL.match(repeat))
        if literal is not None and not optional:
            run += literal
        if group is not None and not optional:
            candidates.append(group)
        if literal is None or repeat:
            candidates.append(frozenset({run}))
            run = ""
        place += bool(repeat)
    candidates.append(frozenset({run}))
    best = max(candidates, key=lambda one: (min(map(len, one)), -len(one)))
    return (best if min(map(len, best)) > 1 else None), place


def _literal(token: str) -> str | None:
    if len(token) == 1:
        return None if token in {".", "^", "$"} else token.lower()
    return token[1:].lower() if _LITERAL_ESCAPE.fullmatch(token) else None


def literals(source: str) -> Iterator[str]:
    """Every run of literal characters in ``source``, for tests that build hostile text."""
    run = ""
    for token in _TOKEN.findall(bound_repeats(source)):
        if (literal := _literal(token)) is not None and token not in {"|", "(", ")"}:
            run += literal
        elif run:
            yield run
            run = ""
    if run:
        yield run
