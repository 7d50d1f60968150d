"""Shell text to the commands in it, by tree-sitter's grammar of Bash.  Runs and knows nothing.

Made for reading what somebody else wrote: every command is found, inside pipes, loops,
substitutions and what ``sudo`` or ``sh -c`` is handed.  What only running would tell (the value
of a variable) is None.  ``command_line.py`` is the strict reader, for what is to be executed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser

# Programs that run another: those of their options that take a value, and operands before it.
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
# "<package>", as documentation leaves a gap; to a shell it would redirect.
_GAP = re.compile(r"(?<!<)<([A-Za-z](?:[\w .\-]*\w)?)>")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)
_LITERAL = ("word", "number", "string", "raw_string", "concatenation", "ansi_c_string")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its program and arguments; None for what is only known when it runs."""

    program: str
    arguments: tuple[str | None, ...]
    text: str


def read(text: str) -> list[Command] | None:
    """Every command in ``text``, in order; None if it is no shell."""
    return _read(text, 0)


def _read(text: str, depth: int) -> list[Command] | None:
    source = _GAP.sub(lambda gap: "_" + re.sub(r"\W", "_", gap[1]) + "_", text).encode()
    root = _parser().parse(source).root_node
    if root.has_error:
        return None
    return [
        found
        for node in _commands(root)
        if (written := _of_node(node))
        for found in _inside(written, depth)
    ]


def _commands(node: Node) -> Iterator[Node]:
    if node.type in ("command", "declaration_command", "test_command", "unset_command"):
        yield node
    for child in node.children:
        yield from _commands(child)


def _of_node(node: Node) -> Command | None:
    text = _text(node)
    if node.type != "command":
        return Command(text.split(maxsplit=1)[0], (), text)
    name = node.child_by_field_name("name")
    program = _literal(name.named_children[0]) if name and name.named_children else None
    if program is None:
        return None
    arguments = tuple(_literal(each) for each in node.children_by_field_name("argument"))
    return Command(program, arguments, text)


def _inside(command: Command, depth: int) -> Iterator[Command]:
    """``command``, and what it runs."""
    yield command
    if depth >= MAX_DEPTH:
        return
    if command.program in SHELLS and "-c" in command.arguments[:-1]:
        script = command.arguments[command.arguments.index("-c") + 1]
        yield from (_read(script, depth + 1) or []) if script else []
    if command.program in WRAPPERS:
        rest = _wrapped(command)
        if rest and rest[0] is not None:
            text = " ".join("…" if part is None else part for part in rest)
            yield from _inside(Command(rest[0], tuple(rest[1:]), text), depth + 1)


def _wrapped(command: Command) -> list[str | None]:
    valued, operands = WRAPPERS[command.program]
    rest = list(command.arguments)
    while rest and rest[0] is not None and (rest[0][:1] == "-" or _ASSIGNMENT.match(rest[0])):
        rest = rest[2 if rest[0] in valued.split() else 1 :]
    return rest[operands:]


def _literal(node: Node) -> str | None:
    """The text that ``node`` stands for, if that is fixed."""
    if node.type not in _LITERAL:
        return None
    if node.type == "string":
        inner = node.named_children
        if any(each.type != "string_content" for each in inner):
            return None
        return re.sub(r'\\(["\\$`])', r"\1", _text(node)[1:-1])
    if node.type == "raw_string":
        return _text(node)[1:-1]
    if node.type == "concatenation":
        parts = [_literal(each) for each in node.named_children]
        return None if None in parts else "".join(part or "" for part in parts)
    return re.sub(r"\\(.)", r"\1", _text(node))


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


@cache
def _parser() -> Parser:
    # These take 40 ms to import: only where an answer holds a command.
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
