"""Whether a program of awk only reads its input and prints.  Pure.

Refused: ``system``, pipes, ``getline``, output to files, extensions, and every ``/`` of which it
is not certain whether it divides or opens a pattern: behind a wrong guess, code looks like text.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import UnreadableCommand

_LEXEME = expression(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<comment>\#[^\n]*)|(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d+\.?\d*)|(?P<operator>\|\||&&|[<>!=]=|>>|\+\+|--|[^\s"\\]|\n)""",
    re.VERBOSE | re.ASCII,
)
# A slash inside brackets ends the pattern in some awks: not accepted.
_REGEX = expression(r"/(?:[^/\\\n\[]|\\.|\[\^?+\]?+[^\]\n/\\]*+\])*+/")
_CALL = expression(r"\bsystem[\s\\]*\(|\bgetline\b|@\s*\w")
_HARMLESS = expression(r'\s*"/dev/(?:stderr|stdout|null)"[ \t]*(?=[;}\n]|\Z)')
_BEFORE_PATTERN = frozenset(
    "; { } ( , ! ~ && || == != < > <= >= ? : = print printf return else do case".split()  # noqa: SIM905 - a line of words reads better
) | {"", "\n"}
_OPERAND_ENDS = expression(r"[\w)\]\"]\Z", re.ASCII)
_CONDITIONS = ("if", "while", "for")


class _Reader:
    """The place in a program."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.at = 0
        self.previous = ""
        self.printing = False
        self.depth = 0
        self.parentheses: list[bool] = []  # whether each opens a condition

    def skip_pattern(self) -> bool:
        """Skip a pattern; False if the slash here divides."""
        if self.previous not in _BEFORE_PATTERN:
            if not _OPERAND_ENDS.search(self.previous) or self.previous == "length":
                raise UnreadableCommand("its awk program cannot be read")
            return False
        match = _REGEX.match(self.program, self.at)
        if not match:
            raise UnreadableCommand("its awk program has a pattern that is not closed")
        self.at, self.previous = match.end(), "0"
        return True

    def note(self, lexeme: str) -> None:
        """Follow parentheses and what is printed; refuse output to files and commands."""
        if lexeme == "|":
            raise UnreadableCommand("its awk program runs a command")
        if lexeme == "(":
            self.parentheses.append(self.previous in _CONDITIONS)
        if lexeme == ")" and self.parentheses and self.parentheses.pop():
            lexeme = ";"  # what follows a condition is a statement
        if lexeme in ("print", "printf"):
            self.printing, self.depth = True, 0
        elif self.printing:
            self.depth += {"(": 1, ")": -1}.get(lexeme, 0)
            if lexeme in ("\n", ";", "}") and self.depth <= 0:
                self.printing = False
            if (
                lexeme in (">", ">>", ">=")
                and self.depth <= 0
                and not _HARMLESS.match(self.program, self.at)
            ):
                raise UnreadableCommand("its awk program writes to a file")
        self.previous = lexeme


def check(program: str) -> None:
    """Check one program.

    Raises:
        UnreadableCommand: it may do more than read and print.
    """
    if _CALL.search(program):
        raise UnreadableCommand("its awk program runs commands or reads other files")
    reader = _Reader(program)
    while reader.at < len(program):
        char = program[reader.at]
        if char in " \t\r":
            reader.at += 1
        elif program.startswith("\\\n", reader.at):
            reader.at += 2
        elif char != "/" or not reader.skip_pattern():
            match = _LEXEME.match(program, reader.at)
            if not match:
                raise UnreadableCommand("its awk program cannot be read")
            reader.at = match.end()
            if not match["comment"]:
                reader.note(match[0])
