"""The sets of questions by which answers are judged: read from files, nothing asked here.

What a line means follows from its columns; ``data/answers/README.md`` has the format.  A comment
``# language: xx`` names the language of the lines below it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "answers"
DEV, HELD_OUT = "dev", "held-out"
HALVES = (DEV, HELD_OUT)
SETS = ("howto", "facts", "explanations", "refusals", "failures")
HOWTO, FACT, TEXT, REFUSE, FAILURE = "howto", "fact", "text", "refuse", "failure"
LANGUAGE, HALF = "# language:", "# half:"


@dataclass(frozen=True, slots=True)
class Case:
    """A question and its check.

    ``check`` is a regular expression, or for a fact a shell line.  ``remedy`` and ``log`` belong
    to failures: the second expression, and the text that is piped in.
    """

    kind: str
    question: str
    check: str
    language: str = ""
    remedy: str = ""
    log: str = ""


def chosen(names: Sequence[str], halves: Sequence[str]) -> Iterator[tuple[str, str, list[Case]]]:
    """Each set and half with its cases."""
    for name in names:
        for half in halves:
            yield name, half, cases(FOLDER / f"{name}-{half}.tsv")


def cases(path: Path) -> list[Case]:
    """The cases of a file.

    Raises:
        ValueError: a line is no case; the message names the file and the line.
    """
    found = []
    language = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(LANGUAGE):
            language = line.removeprefix(LANGUAGE).strip()
        elif line.strip() and not line.startswith("#"):
            try:
                found.append(_case(line.split("\t"), language, path.parent))
            except (ValueError, OSError) as error:
                raise ValueError(f"{path}:{number}: {error}") from error
    return found


def is_held_out(path: Path) -> bool:
    """Whether a file says that it is of the half that nobody tunes on."""
    return f"{HALF} {HELD_OUT}" in path.read_text(encoding="utf-8").splitlines()


def half_of(question: str) -> str:
    """The half of a question: an even SHA-256 of its text is ``dev``."""
    return HALVES[hashlib.sha256(question.encode()).digest()[-1] % 2]


def _case(columns: list[str], language: str, folder: Path) -> Case:
    match columns:
        case [question, check]:
            found = Case(HOWTO, question, check, language)
        case [("fact" | "text" | "refuse") as kind, question, check]:
            found = Case(kind, question, check, language)
        case [log, question, check, remedy]:
            text = (folder / "failures" / log).read_text(encoding="utf-8")
            found = Case(FAILURE, question, check, language, remedy, text)
        case _:
            raise ValueError(f"{len(columns)} columns are no case; see data/answers/README.md")
    try:
        for expression in (found.remedy, found.check if found.kind != FACT else ""):
            re.compile(expression)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return found
