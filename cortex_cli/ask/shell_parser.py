"""Parses shell text into commands with tree-sitter's Bash grammar.  Runs nothing.

Made for text that somebody else wrote: every command is found, inside pipes, loops, substitutions
and the arguments of ``sudo`` or ``sh -c``.  What only running would show (the value of a variable)
is None.  ``command_line.py`` is the strict parser, for commands to execute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

# Programs that run another: their options that take a value, and how many operands come first.
WRAPPERS = {
    "sudo": ("-u -g -p -C -D -R -T -U -h --user --group --prompt --chdir --host", 0),
    "doas": ("-u -C", 0),
    "env": ("-u -C -S --unset --chdir", 0),
    "nice": ("-n --adjustment", 0),
    "ionice": ("-c -n --class --classdata", 0),
    "nohup": ("", 0),
    "setsid": ("", 0),
    "time": ("-f -o", 0),
    "timeout": ("-k -s --kill-after --signal", 1),
    "watch": ("-n --interval", 0),
    "xargs": ("-n -P -I -L -d -a -s --max-args --max-procs --delimiter", 0),
    "exec": ("-a", 0),
    "command": ("", 0),
}
SHELLS = frozenset({"sh", "bash", "dash"})
MAX_DEPTH = 4
# "<package>", a placeholder in documentation; a shell would read a redirection.
_PLACEHOLDER = expression(r"(?<!<)<([A-Za-z](?:[\w .\-]*\w)?)>")
_ASSIGNMENT = expression(r"[A-Za-z_]\w*\+?=", re.ASCII)
_LITERAL = ("word", "number", "string", "raw_string", "concatenation", "ansi_c_string")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its program and arguments; None for arguments only known at run time."""

    program: str
    arguments: tuple[str | None, ...]
    text: str


def parse_commands(text: str) -> list[Command] | None:
    """Return every command in ``text``, in order; None if it is not valid shell."""
    return _parse(text, 0)


def _parse(text: str, depth: int) -> list[Command] | None:
    script = _PLACEHOLDER.sub(lambda name: "_" + re.sub(r"\W", "_", name[1]) + "_", text).encode()
    root = _load_parser().parse(script).root_node
    if root.has_error:
        return None
    return [
        inner
        for node in _find_commands(root)
        if (command := _build_command(node))
        for inner in _expand(command, depth)
    ]


def _find_commands(node: Node) -> Iterator[Node]:
    if node.type in ("command", "declaration_command", "test_command", "unset_command"):
        yield node
    for child in node.children:
        yield from _find_commands(child)


def _build_command(node: Node) -> Command | None:
    text = _decode(node)
    if node.type != "command":
        return Command(text.split(maxsplit=1)[0], (), text)
    name = node.child_by_field_name("name")
    program = _read_literal(name.named_children[0]) if name and name.named_children else None
    if program is None:
        return None
    arguments = tuple(_read_literal(each) for each in node.children_by_field_name("argument"))
    return Command(program, arguments, text)


def _expand(command: Command, depth: int) -> Iterator[Command]:
    """Yield ``command`` and the commands that it runs."""
    yield command
    if depth >= MAX_DEPTH:
        return
    if command.program in SHELLS and "-c" in command.arguments[:-1]:
        script = command.arguments[command.arguments.index("-c") + 1]
        yield from (_parse(script, depth + 1) or []) if script else []
    if command.program in WRAPPERS:
        rest = _strip_wrapper(command)
        if rest and rest[0] is not None:
            text = " ".join("…" if part is None else part for part in rest)
            yield from _expand(Command(rest[0], tuple(rest[1:]), text), depth + 1)


def _strip_wrapper(command: Command) -> list[str | None]:
    valued, operands = WRAPPERS[command.program]
    rest = list(command.arguments)
    while rest and rest[0] is not None and (rest[0][:1] == "-" or _ASSIGNMENT.match(rest[0])):
        rest = rest[2 if rest[0] in valued.split() else 1 :]
    return rest[operands:]


def _read_literal(node: Node) -> str | None:
    """Return the text of ``node``, or None if it is only known at run time."""
    if node.type not in _LITERAL:
        return None
    if node.type == "string":
        children = node.named_children
        if any(each.type != "string_content" for each in children):
            return None
        return re.sub(r'\\(["\\$`])', r"\1", _decode(node)[1:-1])
    if node.type == "raw_string":
        return _decode(node)[1:-1]
    if node.type == "concatenation":
        parts = [_read_literal(each) for each in node.named_children]
        return None if None in parts else "".join(part or "" for part in parts)
    return re.sub(r"\\(.)", r"\1", _decode(node))


def _decode(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


@cache
def _load_parser() -> Parser:
    # These take 40 ms to import: only if an answer has a command.
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
