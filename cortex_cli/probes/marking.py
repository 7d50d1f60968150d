"""Marks the names in a question that would be read as words: ``HOME``, "the program find", ``lo``.

Only what exists on this machine is marked; the sentence reader then takes it for what it is.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cortex_cli.probes.machine import Machine

MAX_CHARS = 300
_CAPITALS = expression(r"(?<![\w$/.-])(\$?)([A-Z][A-Z0-9_]{1,40})(?![\w/-])")
_PROGRAM = expression(
    r"\b(program(?:me|a)?|command|commande|comando|orden) ([\w.+-]{2,40})(?![\w.+-])", re.IGNORECASE
)
_INTERFACE = expression(
    r"\b(interface|interfaz|mtu|device|of|de|tiene|has) (lo)\b(?=\W{0,3}$)",
    re.IGNORECASE,
)
_MODULE = expression(
    r"\b(module|módulo) ([\w-]{2,40})(?= (?:is |est |está )?(?:loaded|chargé|cargado))",
    re.IGNORECASE,
)


def mark(question: str, machine: Machine) -> str:
    """``question`` with its names in quotes, and variables with their dollar."""
    if len(question) > MAX_CHARS:
        return question
    text = _variables(question, machine.environ)
    text = _MODULE.sub(r'\1 "\2"', text)
    text = _INTERFACE.sub(_quote_if(lambda name: machine.exists(f"/sys/class/net/{name}")), text)
    path = machine.environ.get("PATH") or None
    return _PROGRAM.sub(_quote_if(lambda name: shutil.which(name, path=path) is not None), text)


def _quote_if(is_there: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda match: f'{match[1]} "{match[2]}"' if is_there(match[2]) else match[0]


def _variables(question: str, environ: Mapping[str, str]) -> str:
    """Names of variables in capitals get their dollar and are announced: HOME is no home here."""
    if question.isupper():
        return question
    is_announced = "variable" in question.lower()

    def add_dollar(name: re.Match[str]) -> str:
        if not (is_announced or name[1] or name[2] in environ):
            return name[0]
        return f"${name[2]}" if is_announced else f"variable ${name[2]}"

    return _CAPITALS.sub(add_dollar, question)
