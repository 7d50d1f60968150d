"""Command lines of an answer: argv lists that are quoted for a shell, and what they do.

The room's own are built from argv, so that a path is data whatever its name.  Those of an alert's
remedy come as text and are taken apart.  Pure: nothing is run.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS, ShownCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

SUDO = "sudo "
# What is said behind a command: "iotop -o   (package iotop)".
_REMARK = expression(r"[ \t]{2,}\((?P<remark>[^()]{1,80})\)\Z")
_PACKAGE = expression(r"package (?P<name>[a-z0-9][a-z0-9+.-]{1,60})\Z")
# More than a pipeline of words: only a shell can run it.
_OF_A_SHELL = expression(r"[$`;<>*?\[\]{}]|\|\||'\|'|\"\|\"")
_OPERATOR = expression(r"[|&()]+\Z")
_CLASSES = (READS, CHANGES, LEAVES, DESTROYS)
PIPE, AND = "|", "&&"


def command(
    *pipeline: Sequence[str], effect: str = READS, root: bool = False, package: str = ""
) -> ShownCommand:
    """The command line of ``pipeline``, an argv for each program."""
    argvs = tuple(tuple(argv) for argv in pipeline)
    text = f" {PIPE} ".join(" ".join(map(quote, argv)) for argv in argvs)
    return ShownCommand(argvs, text, effect, root, package)


def quote(word: str) -> str:
    """``word`` for a shell; what cannot be shown is written out, as bash reads it in ``$'…'``."""
    if word.isprintable():
        return shlex.quote(word)
    shown = (
        char
        if char.isprintable() and char not in "'\\"
        else "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in word
    )
    return f"$'{''.join(shown)}'"


def format_line(shown: ShownCommand) -> str:
    """What a person types: with ``sudo`` where it takes root."""
    return f"{SUDO if shown.needs_root else ''}{shown.text}"


def parse(text: str) -> list[ShownCommand]:
    """The command lines of one line of a remedy; "a && b" is two of them."""
    text = text.strip()
    package = ""
    if remark := _REMARK.search(text):
        text = text[: remark.start()]
        if named := _PACKAGE.match(remark["remark"]):
            package = named["name"]
    parts = [text] if _needs_shell(text) else text.split(f" {AND} ")
    return [_parse_part(part.strip(), package) for part in parts if part.strip()]


def _parse_part(text: str, package: str) -> ShownCommand:
    plain = text.removeprefix(SUDO)
    root = plain != text
    argvs = None if _needs_shell(plain) else _split(plain)
    if argvs is None:
        return ShownCommand((("sh", "-c", plain),), plain, CHANGES, root, package)
    effect = max((_effect_of(argv) for argv in argvs), key=_CLASSES.index)
    return ShownCommand(tuple(argvs), plain, effect, root, package)


def _needs_shell(text: str) -> bool:
    """True where ``text`` holds shell syntax outside of single quotes, other than a pipe."""
    return bool(_OF_A_SHELL.search(re.sub(r"'[^'|]*'", "", text)))


def _split(text: str) -> list[tuple[str, ...]] | None:
    """The argv of each program; None where ``text`` is no pipeline of words."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&()")
    lexer.whitespace_split = True
    argvs: list[list[str]] = [[]]
    try:
        for word in lexer:
            if word == PIPE:
                argvs.append([])
            elif _OPERATOR.match(word):
                return None
            else:
                argvs[-1].append(word)
    except ValueError:  # a quote that is not closed
        return None
    return [tuple(argv) for argv in argvs] if all(argvs) else None


def _effect_of(argv: Sequence[str]) -> str:
    """What ``argv`` does, by the table of the error texts; without it, the worse is assumed."""
    try:
        from cortex_cli.error_texts import commands
    except ModuleNotFoundError:
        return CHANGES
    return commands.effect_of(argv)
