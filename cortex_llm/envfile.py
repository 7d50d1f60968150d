"""Reads the files that systemd's ``EnvironmentFile=`` reads, and refuses what it would drop.

The states and what moves between them are systemd's (load_env_file, since v254): a comment
starts with ``#`` or ``;`` where a key could start; a value may be unquoted (a backslash
quotes the next character, white space at the end is cut), in single quotes (nothing is
special) or in double quotes (a backslash quotes only ``" \\ ` $``); a backslash at the end
of a line joins the next one; quoted and unquoted parts may follow one another.

Where systemd warns and goes on, this raises: a line without ``=``, a name that is no
variable name, a quote that never ends. A byte order mark at the start, which systemd makes
part of the first name, is skipped: an editor put it there, and nothing must be lost by it.
Pure: text in, assignments out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
QUOTED_BY_BACKSLASH = '"\\`$'
WHITESPACE = " \t\r\n"
NEWLINES = "\n\r"
BYTE_ORDER_MARK = "\ufeff"


class EnvFileError(ValueError):
    """A line that cannot be read; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Assignment:
    """One ``NAME=value``; `line` is where the name stands, from 1."""

    name: str
    value: str
    line: int


def parse(text: str) -> list[Assignment]:
    """Read every assignment, in order; a later one of the same name counts."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text.removeprefix(BYTE_ORDER_MARK)
        self._at = 0
        self._line = 1

    def read(self) -> list[Assignment]:
        assignments = []
        while (char := self._next()) is not None:
            if char in "#;":
                self._skip_line()
            elif char not in WHITESPACE:
                line = self._line
                name = self._name(char, line)
                assignments.append(Assignment(name, self._value(line), line))
        return assignments

    def _next(self) -> str | None:
        if self._at >= len(self._text):
            return None
        char = self._text[self._at]
        self._at += 1
        if char == "\0":
            raise EnvFileError(self._line, "holds a NUL character")
        if char == "\n" or (char == "\r" and self._text[self._at : self._at + 1] != "\n"):
            self._line += 1
        return char

    def _skip_line(self) -> None:
        while (char := self._next()) is not None and char not in NEWLINES:
            pass

    def _name(self, first: str, line: int) -> str:
        name = first
        while (char := self._next()) != "=":
            if char is None or char in NEWLINES:
                raise EnvFileError(line, f"is not NAME=value: {name.strip()[:40]!r}")
            name += char
        name = name.strip(WHITESPACE)
        if not NAME.match(name):
            raise EnvFileError(line, f"{name[:40]!r} is not a valid variable name")
        return name

    def _value(self, line: int) -> str:
        value = ""
        while (char := self._next()) is not None and char not in NEWLINES:
            if char == "'":
                value += self._read_single_quoted(line)
            elif char == '"':
                value += self._read_double_quoted(line)
            elif char not in WHITESPACE:
                return value + self._read_unquoted(char)
        return value

    def _read_unquoted(self, char: str | None) -> str:
        value, kept = "", 0  # kept: what the cut at the end must leave, being quoted
        while char is not None and char not in NEWLINES:
            if char == "\\":
                char = self._next()
                if char is not None and char not in NEWLINES:
                    value += char
                    kept = len(value)
            else:
                value += char
            char = self._next()
        return value[:kept] + value[kept:].rstrip(WHITESPACE)

    def _read_single_quoted(self, line: int) -> str:
        value = ""
        while (char := self._next()) != "'":
            if char is None:
                raise EnvFileError(line, "has an unclosed single quote (')")
            value += char
        return value

    def _read_double_quoted(self, line: int) -> str:
        value = ""
        while (char := self._next()) != '"':
            if char == "\\":
                char = self._next()
                if char == "\n":
                    continue
                if char is not None and char not in QUOTED_BY_BACKSLASH:
                    value += "\\"
            if char is None:
                raise EnvFileError(line, 'has an unclosed double quote (")')
            value += char
        return value
