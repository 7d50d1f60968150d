"""The passages and questions of ``benchmarks.reading``: read from files, nothing asked here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "reading"
DEV, FROZEN = HALVES = ("dev", "frozen")
UNANSWERED = "-"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question about a passage; ``check`` is None if no line of it answers."""

    subject: str
    kind: str
    paragraphs: tuple[str, ...]
    question: str
    check: str | None


@cache
def passages() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The passages by their names: what they are taken from, and their paragraphs."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in (FOLDER / "passages.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            _, kind, name = line.split()
            found[name] = (kind, [])
        elif line.strip():
            found[name][1].append(line)
    return {name: (kind, tuple(lines)) for name, (kind, lines) in found.items()}


def readings(half: str) -> list[Reading]:
    """The questions of one half."""
    found = []
    path = FOLDER / f"questions-{half}.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, question, check = line.split("\t")
            kind, paragraphs = passages()[name]
            wanted = None if check == UNANSWERED else check
            found.append(Reading(name, kind, paragraphs, question, wanted))
    return found
