"""Reads ``[[ … ]]``.  Pure.

Its numeric comparisons evaluate their operands as expressions, and ``-v`` a subscript.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import UnreadableCommand, read_literal
from cortex_cli.install.policy.shell.words import read_word

if TYPE_CHECKING:
    from cortex_cli.install.policy.shell.reader import Reader
    from cortex_cli.install.policy.shell.script import Word

_OPERATORS = ("&&", "||", "(", ")", "<", ">")
_NUMERIC = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")
_EVALUATING = ("-v", "-R")
_OPERAND = expression(r"\w*", re.ASCII)


def read(reader: Reader) -> None:
    """Read up to ``]]``."""
    words: list[Word] = []
    while True:
        reader.skip_lines()
        if not reader.peek():
            raise UnreadableCommand("]] is missing")
        if reader.text.startswith("]]", reader.at) and reader.peek(2) in (*" \t\n;&|)", ""):
            reader.at += 2
            break
        if any(reader.take(operator) for operator in _OPERATORS):
            continue
        follows_match = bool(words) and read_literal(words[-1]) == "=~"
        words.append(read_word(reader, " \t\n" if follows_match else " \t\n;&|()<>"))
        if not words[-1]:
            raise UnreadableCommand("a condition has an operator that is not known here")
    for place, word in enumerate(words):
        operator = read_literal(word)
        if operator in _EVALUATING:
            raise UnreadableCommand(f"the test {operator} evaluates its operand")
        if operator in _NUMERIC:
            for operand in (*words[max(0, place - 1) : place], *words[place + 1 : place + 2]):
                _note_operand(reader, operand)


def _note_operand(reader: Reader, word: Word) -> None:
    for part in word:
        if part.variable:
            reader.script.arithmetic.add(part.variable)
        elif part.commands:
            reader.script.evaluated += part.commands
        elif part.unknown and not part.numeric:
            reader.script.arithmetic.add("")
        elif not _OPERAND.fullmatch(part.text.lstrip("+-")):
            raise UnreadableCommand("a number in a condition is an expression")
        elif part.text and not part.text.lstrip("+-").isdigit():
            reader.script.arithmetic.add(part.text)
