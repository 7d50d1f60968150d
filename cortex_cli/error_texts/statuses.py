"""Exit statuses by their number: those that shells, signals and systemd give a meaning.

What has an entry in the catalogue is answered from there; the rest is computed.  Pure.
"""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.finding import Finding

if TYPE_CHECKING:
    from cortex_cli.error_texts.entries import Catalogue, Entry

LARGEST = 255
OF_SIGNALS = 128
SURE, CONFIDENCE = 0.95, 0.9
_STATUS = expression(
    r"\b(?:exit(?:ed|s)?(?: with)?(?: an?)?(?: (?:status|code|value))?|(?:status|return|result)"
    r"(?: (?:status|code|value))?|(?:code|statut|valeur|etat)(?: de (?:retour|sortie|fin))?|"
    r"(?:codigo|estado|valor)(?: de (?:salida|retorno))?|code=exited, status)[ =:]{1,2}"
    r"(?:of |is |was |de |: )?(?P<number>\d{1,5})\b(?!/[a-z])"
)
_ERRNO = expression(r"\b(?:errno|error|erreur|os error)[ =:]{1,2}-?(?P<number>\d{1,3})\b(?!\.)")
_SIGNAL = expression(r"\b(?:signal|senal|code=killed, status)[ =:]{1,2}(?P<number>\d{1,2})\b")


_SYMBOL = expression(r"\bE[A-Z][A-Z0-9]{2,14}\b")


def explain(question: str, folded: str, catalogue: Catalogue, language: str) -> Finding | None:
    """What the exit status, the signal or the error number means that a question names."""
    from cortex_cli.error_texts import phrasing  # most questions name none

    if not (number := _number(question, folded)):
        one = find_entry(folded, catalogue)
        return phrasing.build_finding(one, {}, language, SURE) if one else None
    name = errno.errorcode[number]
    sentence = phrasing.say("errno", language, number=number, name=name, text=os.strerror(number))
    one = catalogue.entries.get(catalogue.names.get(name.lower(), ""))
    if one is None:
        sources = ("man errno(3)",)
        return Finding("explanation", CONFIDENCE, sentence, sources=sources, subject=name.lower())
    finding = phrasing.build_finding(one, {}, language, SURE)
    return replace(finding, text=f"{sentence}\n{finding.text}")


def _number(question: str, folded: str) -> int:
    """The error number that a question names by number or in capitals; 0 for none."""
    if (match := _ERRNO.search(folded)) and int(match["number"]) in errno.errorcode:
        return int(match["number"])
    symbol = _SYMBOL.search(question)
    return int(getattr(errno, symbol[0], 0)) if symbol else 0


def errno_name(folded: str) -> str:
    """The name (``eacces``) of the error number that a question names, or ""."""
    match = _ERRNO.search(folded)
    return errno.errorcode.get(int(match["number"]), "").lower() if match else ""


def find_status(folded: str) -> int | None:
    """The exit status that a question (see ``patterns.fold``) names, if it names one."""
    match = _STATUS.search(folded)
    return int(match["number"]) if match else None


def find_entry(folded: str, catalogue: Catalogue) -> Entry | None:
    """The entry for the exit status or the signal that a question names."""
    if match := _SIGNAL.search(folded):
        name = _signal_name(int(match["number"]))
        return catalogue.entries.get(name.lower()) if name else None
    if name := errno_name(folded):
        return catalogue.entries.get(catalogue.names.get(name, ""))
    number = find_status(folded)
    if number is None:
        return None
    return catalogue.entries.get(catalogue.names.get(f"exit status {number}", ""))


def explain_number(number: int, language: str) -> Finding:
    """What exit status ``number`` means where no entry says it."""
    from cortex_cli.error_texts import phrasing

    name = _signal_name(number - OF_SIGNALS)
    if number > LARGEST:
        lines = [phrasing.say("too_large", language, number=number, rest=number % (LARGEST + 1))]
    elif name:
        lines = [
            phrasing.say("signal", language, number=number, signal=number - OF_SIGNALS, name=name),
            phrasing.say("remedy", language, remedy=phrasing.say("signal_remedy", language)),
        ]
    else:
        lines = [
            phrasing.say("own_status", language, number=number),
            phrasing.say("remedy", language, remedy=phrasing.say("own_status_remedy", language)),
        ]
    return Finding(
        kind="explanation",
        confidence=CONFIDENCE,
        text="\n".join(lines),
        sources=("man bash(1): EXIT STATUS",),
        subject=f"exit-status-{number}",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""
