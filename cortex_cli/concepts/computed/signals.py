"""What a signal means, by number or name."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from cortex_cli.concepts.computed import tables
from cortex_cli.concepts.phrases import LIKELY, SURE, blocks, explanation, find_leftovers
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man signal(7)"
_NAMED = expression(r"(?<![\w-])(?:-?SIG|-)([A-Z]{2,6}\d?)(?![\w-])", re.IGNORECASE)
_NUMBERED = expression(
    r"\b(?:signal|señal|kill|sig)\s{0,9}(?:number|no\.?|numéro|número|n°|#|-s|-n)?\s{0,9}-?"
    r"(\d{1,2})(?![\w.])",
    re.IGNORECASE,
)
_BARE_NAME = expression(
    r"\b(?:kill|signal|señal)\s+(?:-s\s+)?-?(?:SIG)?([A-Za-z]{3,6}\d?)\b", re.IGNORECASE
)
_NAME_FIRST = expression(r"\b([A-Z]{3,6}\d?)\s+(?:signal|señal)\b")
CUES = blocks(
    """
    signal signals kill killed process number sent send sends when receives pid happens linux
    command terminated name
    signaux processus tue envoie envoyer commande nom recoit
    senal senales proceso envia enviar comando nombre mata recibe orden
    """
)
HEAD = {
    "en": "{name} is signal {number}: ",
    "fr": "{name} est le signal {number} : ",
    "es": "{name} es la señal {number}: ",
}
CANNOT = frozenset({"KILL", "STOP"})


def explain(question: str, language: str) -> Finding | None:
    """What the signal in ``question`` means."""
    for pattern, sure in (
        (_NAMED, SURE), (_NUMBERED, SURE), (_BARE_NAME, SURE), (_NAME_FIRST, SURE)
    ):  # fmt: skip
        match = pattern.search(question)
        name = None if match is None else _name(match[1])
        if match is None or name is None:
            continue
        rest = question[: match.start()] + " " + question[match.end() :]
        rest = re.sub(r"\(?\bSIG[A-Z]+\d?\)?|\bPID\b|\b\d{1,2}\b", " ", rest)
        if find_leftovers(rest, CUES):
            continue
        dash = match[0].startswith("-") and "kill" not in question.lower()
        return explanation(sentence(name, language), SOURCE, f"SIG{name}", LIKELY if dash else sure)
    return None


def sentence(name: str, language: str) -> str:
    """What signal ``name`` (without SIG) means."""
    number = int(getattr(signal, f"SIG{name}"))
    head = HEAD[language].format(name=f"SIG{name}", number=number)
    return f"{head}{tables.load('signals')[name][language]}"


def short(name: str, language: str) -> str:
    """The same in one sentence, without the name."""
    return str(tables.load("signals")[name][language]).split(". ")[0].rstrip(".")


def name_of(number: int) -> str | None:
    """The name, without SIG, of a signal that has a text."""
    try:
        name = signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return None
    return name if name in tables.load("signals") else None


def _name(word: str) -> str | None:
    if word.isdecimal():
        return name_of(int(word))
    name = word.upper()
    return name if name in tables.load("signals") and hasattr(signal, f"SIG{name}") else None
