"""Reads simple commands: assignments, words, redirections.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import (
    Command,
    Part,
    Redirection,
    UnreadableCommand,
    read_literal,
)
from cortex_cli.install.policy.shell.words import read_word

if TYPE_CHECKING:
    from cortex_cli.install.policy.shell.reader import Reader
    from cortex_cli.install.policy.shell.script import Word

_ASSIGNMENT = expression(r"([A-Za-z_]\w*)(\+?)=", re.ASCII)
_NAME = expression(r"[A-Za-z_]\w*", re.ASCII)
_REDIRECTION = expression(r"\d{0,4}(&>>|&>|<<<|<<-|<<|<>|>>|>\||>&|<&|>(?!\()|<(?!\())")
# Builtins whose operands are variables that they set.
DECLARING = ("declare", "typeset", "local", "readonly", "export")
_READING = ("read", "mapfile", "readarray", "getopts", "unset", "let", "wait")
# What they set where no variable is named, or beside it.
_DEFAULTS = ("REPLY", "OPTARG", "OPTIND", "MAPFILE")
# Options of those that take a value: that of read -p is a text, that of -a a variable.
_TEXTS = {"read": "-p -t -n -N -d -u -i", "mapfile": "-n -O -s -d -u", "readarray": "-n -s -d -u"}


def read_simple(reader: Reader) -> None:
    """Read one simple command into the script."""
    assignments: list[tuple[str, Word]] = []
    words: list[Word] = []
    redirections: list[Redirection] = []
    start = reader.at
    while True:
        reader.skip_blanks()
        if redirection := _read_redirection(reader):
            redirections.append(redirection)
        elif not words and (match := _ASSIGNMENT.match(reader.text, reader.at)):
            reader.at = match.end()
            value = _read_array(reader) if reader.peek() == "(" else read_word(reader)
            if match[2]:
                value = (*value, Part(unknown=True))
            assignments.append((match[1], value))
        elif reader.text[reader.at : reader.at + 2] in ("<(", ">("):
            reader.at += 2
            commands = reader.read_nested(")")
            words.append((Part("/dev/fd/"), Part(quoted=True, unknown=True, commands=commands)))
        elif word := read_word(reader):
            if reader.peek() == "(" and (text := read_literal(word)) and text.endswith("="):
                word = (*word, *_read_array(reader))
            words.append(word)
        else:
            break
    if reader.at == start:
        raise UnreadableCommand(f"it has {reader.peek()!r} where a command should begin")
    if reader.peek() == "(":
        raise UnreadableCommand("it contains a subshell where none can be")
    if not words:
        for name, value in assignments:
            reader.check_variable(name)
            note_value(reader, name, value)
    assigned = frozenset(reader.assigned)
    reader.assigned |= {name for name, _ in assignments} if not words else set()
    _note_variables(reader, words)
    prefix = tuple(assignments) if words else ()
    found_command = Command(tuple(words), prefix, tuple(redirections), assigned)
    reader.script.commands.append(found_command)


def read_redirections(reader: Reader) -> tuple[Redirection, ...]:
    """Read the redirections behind a compound command."""
    redirections: list[Redirection] = []
    while True:
        reader.skip_blanks()
        redirection = _read_redirection(reader)
        if redirection is None:
            return tuple(redirections)
        redirections.append(redirection)


def _read_redirection(reader: Reader) -> Redirection | None:
    match = _REDIRECTION.match(reader.text, reader.at)
    if not match:
        return None
    reader.at = match.end()
    reader.skip_blanks()
    operator = match[1]
    if reader.text[reader.at : reader.at + 2] in ("<(", ">("):
        reader.at += 2
        commands = reader.read_nested(")")
        return Redirection("<", (Part("/dev/fd/0", commands=commands),))
    if operator not in ("<<", "<<-"):
        target = read_word(reader)
        if not target:
            raise UnreadableCommand("a redirection leads nowhere")
        return Redirection(operator, target)
    delimiter = read_word(reader)
    text = read_literal(delimiter)
    if not text or "\n" in text:
        raise UnreadableCommand("a here-document has no fixed end")
    body: list[Word] = []
    expands = not any(part.quoted for part in delimiter)
    reader.documents.append((text, expands, operator == "<<-", body))
    return Redirection(operator, ())


def _read_array(reader: Reader) -> Word:
    """Read ``(a b c)``; which of them a variable will be is left unknown."""
    reader.take("(")
    reader.skip_lines()
    parts: list[Part] = [Part(unknown=True)]
    while not reader.take(")"):
        word = read_word(reader)
        if not word:
            raise UnreadableCommand("a list of values is not closed")
        parts += [part for part in word if part.commands]
        reader.skip_lines()
    return tuple(parts)


def note_value(reader: Reader, name: str, word: Word, *, split: bool = False) -> None:
    """Record that ``name`` may be ``word``; with ``split``, or the pieces of what it expands to."""
    expands = any(not part.quoted and (part.variable or part.unknown) for part in word)
    reader.script.assign(name, None if split and expands and not _is_one(word) else word)


def _is_one(word: Word) -> bool:
    return all(part.numeric or not part.unknown for part in word)


def _note_variables(reader: Reader, words: list[Word]) -> None:
    """Record what builtins assign."""
    name = read_literal(words[0]) if words else None
    if name in DECLARING:
        for word in words[1:]:
            _note_declared(reader, word)
    elif name == "printf" and len(words) > 2:
        option = read_literal(words[1]) or ""
        if option.startswith("-v"):
            _assign(reader, option[2:] or read_literal(words[2]) or "", None)
    elif name in _READING:
        _note_read(reader, words[1:], _TEXTS.get(name, "").split())


def _note_declared(reader: Reader, word: Word) -> None:
    """Record ``NAME`` or ``NAME=value``."""
    if word[0].text.startswith("-") and read_literal(word) is not None:
        return
    text = ""
    for place, part in enumerate(word):
        if part.variable or part.unknown:
            raise UnreadableCommand("which variable it sets is known only when it runs")
        text += part.text
        if text.endswith("="):
            _assign(reader, text[:-1], word[place + 1 :])
            return
    _assign(reader, text, None)


def _note_read(reader: Reader, words: list[Word], taken: list[str]) -> None:
    """Record the variables of ``read`` and its like; options of ``taken`` have a value."""
    for default in _DEFAULTS:
        reader.script.assign(default, None)
    skip = False
    for word in words:
        text = read_literal(word) or ""
        if skip or text.startswith("-"):
            skip = not skip and text in taken
        elif _NAME.fullmatch(text):
            reader.check_variable(text)
            reader.script.assign(text, None)


def _assign(reader: Reader, name: str, value: Word | None) -> None:
    name = name.removesuffix("+")
    if not _NAME.fullmatch(name):
        raise UnreadableCommand(f"it sets {name}, which is not the name of a variable")
    reader.check_variable(name)
    reader.script.assign(name, value)
