"""What kind of answer a question wants: a number, a place, a reason, an option, a time, a name.

"How many", "combien" and "cuántos" want a number; a line without one hardly answers.  Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.language.question import Question

MAX_QUESTION_CHARS = 400


@dataclass(frozen=True, slots=True)
class AnswerKind:
    """One kind: how it is asked for, and what a line that answers it has."""

    name: str
    asked: re.Pattern[str]
    held: re.Pattern[str]

    def answers(self, line: str) -> bool:
        """Return True if ``line`` may be an answer of this kind."""
        return self.held.search(line) is not None


def find_kind(question: Question) -> AnswerKind | None:
    """Return the kind of answer that ``question`` wants; None if any will do."""
    text = question.text[:MAX_QUESTION_CHARS].lower()
    return next((kind for kind in _kinds() if kind.asked.search(text)), None)


@cache
def _kinds() -> tuple[AnswerKind, ...]:
    return tuple(
        AnswerKind(name, re.compile(asked), re.compile(held)) for name, asked, held in _TABLE
    )


_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|hundred|once|twice"
    r"|un|deux|trois|quatre|cinq|dix|vingt|uno|dos|tres|cuatro|cinco|diez|veinte)\b"
)
_TABLE = (
    (
        "number",
        r"\bhow (?:many|much|long|large|big|old|often|high|far)\b|\bwhat (?:number|size|version)\b"
        r"|\bwhich (?:version|port|number)\b|\bon (?:which|what) port\b|\bsince which version\b"
        r"|\bcombien\b|\bcu[aá]nt[oa]s?\b|\bquel(?:le)? (?:port|taille|version)\b"
        r"|\bqu[eé] (?:puerto|tama[nñ]o|versi[oó]n)\b|\bmaximum (?:size|length|number)\b",
        _NUMBER,
    ),
    (
        "option",
        r"\b(?:which|what) (?:option|flag|switch|parameter|setting)\b|\bquelle? (?:option|param)"
        r"|\bqu[eé] (?:opci[oó]n|par[aá]metro)\b",
        r"^(?:--?[A-Za-z]|[A-Z][A-Z_]{3,}\b|[A-Z][a-z]+[A-Z]\w+|\w+=)|(?:option|flag) --?[A-Za-z]",
    ),
    (
        "place",
        r"^\W*where\b|\b(?:which|what) (?:file|folder|directory|path)\b|^\W*o[uù]\b|\bquel (?:fich"
        r"|dossier|r[eé]pertoire)|^\W*(?:en )?d[oó]nde\b|\bqu[eé] (?:fichero|archivo|directorio)",
        r"(?<![\w.])~?/[\w.]|\b(?:stored|located|kept|lies?|resides?)\b",
    ),
    (
        "time",
        r"^\W*when\b|\bwhat (?:time|date|day)\b|^\W*quand\b|^\W*cu[aá]ndo\b",
        r"\d|\b(?:immediately|after|before|until|while|when|if|once|every|during|end|ended|date"
        r"|minutes?|hours?|days?|weeks?|months?|years?)\b",
    ),
    (
        "reason",
        r"^\W*why\b|\bwhat (?:is )?caus|^\W*pourquoi\b|^\W*por qu[eé]\b",
        r"(?i)\b(?:because|since|so that|due|reason|therefore|to (?:avoid|prevent|allow|reflect"
        r"|resolve|solve)|error|err|fail\w*|fatal|denied|refused|cannot|could not|not|no|unable"
        r"|missing|timed out|above|exceed\w*|expired|killed|panic)\b",
    ),
    (
        "person",
        r"^\W*who(?:se|m)?\b|^\W*qui\b|^\W*(?:de )?qui[eé]n",
        r"(?<=[a-z,] )[A-Z][A-Za-z]+|\b(?:user|administrator|group|owner|root|maintainer|author)\b"
        r"|\bby \w+",
    ),
)
