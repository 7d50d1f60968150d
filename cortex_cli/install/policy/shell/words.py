"""Reads the words of a script: quotes, expansions, substitutions.  Pure.

Only what has one meaning is read.  An operator of ``${…}`` that evaluates its text, indirect
references, extended patterns and invisible characters are ``UnreadableCommand``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell import arithmetic
from cortex_cli.install.policy.shell.script import UNKNOWN, Part, UnreadableCommand

if TYPE_CHECKING:
    from cortex_cli.install.policy.shell.reader import Reader
    from cortex_cli.install.policy.shell.script import Command, Word

SEPARATORS = " \t\n;&|()<>"
_NAME = expression(r"[A-Za-z_]\w*", re.ASCII)
_SPECIAL = "@*#?$!-0123456789"
# "-" and "+" choose a text, "#" and "%" cut one off, "/" replaces, "^" and "," change the case.
_OPERATOR = expression(r":?[-+?]|##?|%%?|//?|\^\^?|,,?|:(?= ?-?\d+(?::-?\d+)?\})")
# Characters that only stand for themselves.
_RUN = expression(r"[\w./:,%+@-]+", re.ASCII)
_QUOTED_RUN = expression(r"[\w ./:,;%+@=()|-]+", re.ASCII)
_SUBSCRIPT = expression(r"\[(?:[@*]|\d+)\]")


def read_word(reader: Reader, stop: str = SEPARATORS) -> Word:
    """Read one word that ends before a character of ``stop``."""
    parts: list[Part] = []
    while (char := reader.peek()) and char not in stop:
        if char == "\\":
            if reader.peek(1) == "\n":
                reader.at += 2
                continue
            if not reader.peek(1):
                raise UnreadableCommand("it ends with a backslash")
            _check(reader.peek(1))
            parts.append(Part(reader.peek(1), quoted=True))
            reader.at += 2
        elif char == "'":
            end = reader.text.find("'", reader.at + 1)
            if end < 0:
                raise UnreadableCommand("a quote is not closed")
            parts.append(Part(reader.text[reader.at + 1 : end], quoted=True))
            reader.at = end + 1
        elif char == '"':
            reader.at += 1
            parts += read_double_quoted(reader, '"')
        elif char in "$`":
            parts.append(read_expansion(reader, quoted=False))
        elif char == "{" and reader.peek(1) != "}":
            # "{a,b}" becomes several words; only "{}" is always just that.
            parts.append(Part(unknown=True))
            reader.at += 1
        elif run := _RUN.match(reader.text, reader.at):
            parts.append(Part(run[0]))
            reader.at = run.end()
        else:
            _check(char)
            parts.append(Part(char))
            reader.at += 1
    return tuple(parts)


def read_double_quoted(reader: Reader, end: str) -> list[Part]:
    """Read up to the closing quote ``end``, or to the end of the text if that is empty."""
    parts = [Part(quoted=True)]
    while char := reader.peek():
        if char == end:
            reader.at += 1
            return parts
        if char in "$`":
            parts.append(read_expansion(reader, quoted=True))
            continue
        if char == "\\" and reader.peek(1) in ('"', "\\", "$", "`", "\n"):
            reader.at += 1
            char = reader.peek().replace("\n", "")
        run = _QUOTED_RUN.match(reader.text, reader.at)
        text = run[0] if run and char not in "\\" else char
        parts.append(Part(text, quoted=True))
        reader.at += len(text) or 1
    if end:
        raise UnreadableCommand("a quote is not closed")
    return parts


def read_expansion(reader: Reader, *, quoted: bool) -> Part:
    """Read what starts with ``$`` or a backquote."""
    with reader.nest():
        return _read_expansion(reader, quoted=quoted)


def _read_expansion(reader: Reader, *, quoted: bool) -> Part:
    if reader.take("$(("):
        expression = arithmetic.read(reader, "))", read_expansion)
        arithmetic.check(reader, expression)
        return Part(quoted=True, unknown=True, numeric=True)
    if reader.take("$("):
        return Part(quoted=quoted, unknown=True, commands=reader.read_nested(")"))
    if reader.peek() == "`":
        return Part(quoted=quoted, unknown=True, commands=_read_backquoted(reader))
    if reader.take("${"):
        return _read_braced(reader, quoted=quoted)
    if not quoted and (reader.take("$'") or reader.take('$"')):
        return _skip_ansi(reader, reader.text[reader.at - 1])
    reader.at += 1
    if match := _NAME.match(reader.text, reader.at):
        reader.at = match.end()
        return Part(variable=match[0], quoted=quoted)
    special = reader.peek()
    if special and special in _SPECIAL:
        reader.at += 1
        return Part(quoted=quoted and special != "@", unknown=True, numeric=special in "#?$!")
    return Part("$", quoted=True)


def _read_braced(reader: Reader, *, quoted: bool) -> Part:
    length = reader.peek() == "#" and reader.peek(1) not in ("", "}")
    reader.at += length
    match = _NAME.match(reader.text, reader.at)
    name = match[0] if match else ""
    if match:
        reader.at = match.end()
    elif reader.peek() and reader.peek() in _SPECIAL and reader.peek() != "!":
        reader.at += 1
    else:
        raise UnreadableCommand("it refers to a variable by the value of another")
    listed = False
    if subscript := _SUBSCRIPT.match(reader.text, reader.at):
        reader.at = subscript.end()
        listed = subscript[0] == "[@]"
    if reader.take("}"):
        if length:
            return Part(quoted=True, unknown=True, numeric=True)
        if name and not subscript:
            return Part(variable=name, quoted=quoted)
        return Part(quoted=quoted and not listed, unknown=True)
    operator = _OPERATOR.match(reader.text, reader.at)
    if length or not operator:
        raise UnreadableCommand("an expansion or substitution is known only when it runs")
    reader.at = operator.end()
    inner = read_word(reader, "}") if not quoted else _read_quoted_operand(reader)
    if not reader.take("}"):
        raise UnreadableCommand("an expansion or substitution is known only when it runs")
    commands = tuple(command for part in inner for command in part.commands)
    return Part(quoted=quoted and not listed, unknown=True, commands=commands)


def _read_quoted_operand(reader: Reader) -> list[Part]:
    parts: list[Part] = []
    while (char := reader.peek()) and char != "}":
        if char in "$`":
            parts.append(read_expansion(reader, quoted=True))
        elif char in "\"'\\":
            raise UnreadableCommand("quotes inside an expansion have more than one meaning")
        else:
            reader.at += 1
    return parts


def _read_backquoted(reader: Reader) -> tuple[Command, ...]:
    end = reader.text.find("`", reader.at + 1)
    inner = reader.text[reader.at + 1 : end]
    if end < 0 or "\\" in inner:
        raise UnreadableCommand("a substitution in backquotes is not closed, or nested")
    reader.at = end + 1
    return reader.read_text(inner)


def _skip_ansi(reader: Reader, quote: str) -> Part:
    r"""Read ``$'…\n'``: what it stands for is left unknown."""
    while char := reader.peek():
        if char == "\\":
            reader.at += 2
            continue
        if quote == '"' and char in "$`":
            break
        reader.at += 1
        if char == quote:
            return Part(UNKNOWN, quoted=True, unknown=True)
    raise UnreadableCommand("a quote is not closed")


def _check(char: str) -> None:
    if not output.is_plain(char) or (char.isspace() and char not in " \t\n"):
        raise UnreadableCommand(f"it contains the invisible character U+{ord(char):04X}")
