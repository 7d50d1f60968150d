"""Reads a script into ``Script``: lists, pipes, compound commands, functions.  Pure.

Every branch and every body is read, whether or not it would run.  ``coproc``, ``select`` and
whatever else is not known here are ``UnreadableCommand``.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell import arithmetic, conditions
from cortex_cli.install.policy.shell.reader import MAX_CHARS, Reader
from cortex_cli.install.policy.shell.script import Command, Part, Script, UnreadableCommand
from cortex_cli.install.policy.shell.simple import note_value, read_redirections, read_simple
from cortex_cli.install.policy.shell.words import read_expansion, read_word

_RESERVED = expression(r"(?:\[\[|[a-z]+|[!{}])(?=[\s;&|()<>]|\Z)")
_FUNCTION = expression(r"(?:function[ \t]+)?([A-Za-z_][\w:.-]*)[ \t]*\([ \t]*\)", re.ASCII)
_KEYWORD_FUNCTION = expression(r"function[ \t]+([A-Za-z_][\w:.-]*)(?=[\s{(])", re.ASCII)
_VARIABLE = expression(r"[A-Za-z_]\w*(?=[\s;])", re.ASCII)
_CLOSERS = frozenset("then elif else fi do done esac }".split())  # noqa: SIM905 - reads better
_OPERATORS = ("&&", "||", "|&", "|", "&", ";")
_CONDITIONAL = ("&&", "||", "|&", "|")
_ASIDE = ("|", "&")


def read_script(text: str) -> Script:
    """Read a whole script.

    Raises:
        UnreadableCommand: something in it has no meaning that is known here.
    """
    if len(text) > MAX_CHARS:
        raise UnreadableCommand(f"it is longer than {MAX_CHARS} characters")
    reader = Reader(text, read_list)
    if closer := read_list(reader, ()):
        raise UnreadableCommand(f"it has {closer!r} where a command should begin")
    reader.skip_lines()
    if reader.documents:
        raise UnreadableCommand("a here-document is not closed")
    return reader.script


def read_list(reader: Reader, closers: tuple[str, ...]) -> str:
    """Read commands up to one of ``closers``, which is read too; return it, empty at the end."""
    conditional = False
    while True:
        reader.skip_lines()
        if not reader.peek():
            return ""
        for closer in (";;&", ";;", ";&", ")"):
            if closer in closers and reader.take(closer):
                return closer
        word = _peek_reserved(reader)
        if word in closers:
            reader.at += len(word)
            return word
        if word in _CLOSERS or reader.peek() == ")":
            raise UnreadableCommand(f"it has {word or ')'!r} where a command should begin")
        operator = next((each for each in _OPERATORS if reader.take(each)), "")
        if operator:
            conditional = operator in _CONDITIONAL
            continue
        before = set(reader.assigned)
        _read_command(reader)
        reader.skip_blanks()
        if conditional or (reader.peek() in _ASIDE and reader.peek(1) != reader.peek()):
            reader.assigned = before  # it may not run, or runs in a process of its own
        conditional = False


def _peek_reserved(reader: Reader) -> str:
    match = _RESERVED.match(reader.text, reader.at)
    return match[0] if match else ""


def _read_command(reader: Reader) -> None:
    with reader.nest():
        _read_one(reader)


def _read_one(reader: Reader) -> None:
    word = _peek_reserved(reader)
    if reader.take("(("):
        arithmetic.check(reader, arithmetic.read(reader, "))", read_expansion))
    elif reader.take("("):
        reader.read_nested(")")
    elif function := (
        _FUNCTION.match(reader.text, reader.at) or _KEYWORD_FUNCTION.match(reader.text, reader.at)
    ):
        reader.at = function.end()
        reader.script.functions.add(function[1])
        reader.skip_lines()
        with reader.branch():
            _read_command(reader)
        return
    elif word in _COMPOUND:
        reader.at += len(word)
        with reader.branch():
            _COMPOUND[word](reader)
    elif word in ("coproc", "select", "function", "in"):
        raise UnreadableCommand(f"what {word} runs is known only when it runs")
    else:
        read_simple(reader)
        return
    if redirections := read_redirections(reader):
        assigned = frozenset(reader.assigned)
        reader.script.commands.append(Command((), redirections=redirections, assigned=assigned))


def _read_until(reader: Reader, *closers: str) -> str:
    with reader.branch():
        closer = read_list(reader, closers)
    if not closer:
        raise UnreadableCommand(f"{' or '.join(closers)} is missing")
    return closer


def _read_if(reader: Reader) -> None:
    _read_until(reader, "then")
    while (closer := _read_until(reader, "elif", "else", "fi")) != "fi":
        if closer == "elif":
            _read_until(reader, "then")


def _read_loop(reader: Reader) -> None:
    _read_until(reader, "do")
    _read_until(reader, "done")


def _read_for(reader: Reader) -> None:
    reader.skip_blanks()
    if reader.take("(("):
        for part in arithmetic.read(reader, "))", read_expansion).split(";"):
            arithmetic.check(reader, part)
    else:
        match = _VARIABLE.match(reader.text, reader.at)
        if not match:
            raise UnreadableCommand("a loop has no variable")
        reader.at = match.end()
        reader.check_variable(match[0])
        reader.skip_lines()
        if reader.take("in"):
            reader.skip_blanks()
            values = 0
            while reader.peek() and reader.peek() not in ";\n":
                values += 1
                note_value(reader, match[0], _read_loop_word(reader), split=True)
                reader.skip_blanks()
            if values:
                reader.assigned.add(match[0])  # until _read_one takes it back
        else:
            reader.script.assign(match[0], None)
    while reader.peek() and reader.peek() in ";\n \t":
        if not reader.take(";"):
            reader.skip_lines()
    _read_loop(reader)


def _read_loop_word(reader: Reader) -> tuple[Part, ...]:
    word = read_word(reader)
    if not word:
        raise UnreadableCommand("a loop over something other than words")
    return word


def _read_case(reader: Reader) -> None:
    reader.skip_blanks()
    read_word(reader)
    reader.skip_lines()
    if not reader.take("in"):
        raise UnreadableCommand("'in' is missing")
    while True:
        reader.skip_lines()
        if _peek_reserved(reader) == "esac":
            reader.at += len("esac")
            return
        reader.take("(")
        while not reader.take(")"):
            reader.skip_blanks()
            if not read_word(reader) and not reader.take("|"):
                raise UnreadableCommand("a pattern of case is not closed")
            reader.skip_blanks()
        with reader.branch():
            closer = read_list(reader, (";;&", ";;", ";&", "esac"))
        if closer in ("", "esac"):
            return


def _read_negated(reader: Reader) -> None:
    reader.skip_blanks()
    if reader.peek() and reader.peek() not in ";&|\n)":
        _read_command(reader)


_COMPOUND = {
    "if": _read_if,
    "while": _read_loop,
    "until": _read_loop,
    "for": _read_for,
    "case": _read_case,
    "{": lambda reader: _read_until(reader, "}"),
    "!": _read_negated,
    "[[": conditions.read,
}
