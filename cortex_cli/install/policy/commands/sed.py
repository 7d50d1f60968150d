"""Whether a program of sed only prints what it reads, edited.  Pure.

Read here: addresses, and the commands ``p d q Q = n N D G g H h x P l s y``.  ``e``, ``w``, ``r``
and flags of ``s`` that run or write are refused, with everything that is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import UnreadableCommand

if TYPE_CHECKING:
    import re

_STEP = expression(r"\d+(?:~\d+)?|\$|[+~]\d+")
_FLAGS = expression(r"[gpiIm0-9]*")
_PLAIN = "pdqQ=nNDGgHhxPlz"
_AFTER = expression(r"[ \t]*(?:\d+[ \t]*)?(?=[;\n}]|\Z)")
# A backslash before the closing bracket is read in two ways.
_BRACKET = expression(r"\[\^?+\]?+(?:\[:\w+:\]|\[(?!:)|[^\]\\\[]|\\[^\]])*+\]")
_BLANK = expression(r"[\s;]*")


def check(program: str) -> None:
    """Check one program.

    Raises:
        UnreadableCommand: it may do more than print.
    """
    at = 0
    while at < len(program):
        at = _skip(_BLANK, program, at)
        if at >= len(program):
            return
        at = _skip_addresses(program, at)
        command = program[at : at + 1]
        at += 1
        if command in ("{", "}"):
            continue
        if command == "#":
            end = program.find("\n", at)
            at = end if end >= 0 else len(program)
        elif command and command in _PLAIN:
            end = _skip(_AFTER, program, at, strict=True)
            at = end
        elif command in ("s", "y"):
            at = _skip_delimited(program, at, 2, brackets=command == "s")
            at = _skip(_FLAGS, program, at)
            at = _skip(_AFTER, program, at, strict=True)
        else:
            raise UnreadableCommand(f"its sed program has the command {command!r}")


def _skip(pattern: re.Pattern[str], program: str, at: int, *, strict: bool = False) -> int:
    match = pattern.match(program, at)
    if match:
        return match.end()
    if strict:
        raise UnreadableCommand("its sed program writes, runs, or cannot be read")
    return at


def _skip_addresses(program: str, at: int) -> int:
    for _ in range(2):
        at = _skip_address(program, at)
        at = _skip_spaces(program, at)
        if program[at : at + 1] != ",":
            break
        at = _skip_spaces(program, at + 1)
    while program[at : at + 1] in ("!", " "):
        at += 1
    return at


def _skip_address(program: str, at: int) -> int:
    if match := _STEP.match(program, at):
        return match.end()
    if program[at : at + 1] == "\\":
        at += 1
    elif program[at : at + 1] != "/":
        return at
    at = _skip_delimited(program, at, 1, brackets=True)
    while program[at : at + 1] in ("I", "M"):
        at += 1
    return at


def _skip_spaces(program: str, at: int) -> int:
    while program[at : at + 1] == " ":
        at += 1
    return at


def _skip_delimited(program: str, at: int, parts: int, *, brackets: bool) -> int:
    """Skip ``/…/`` or ``/…/…/``; a delimiter inside the brackets of a pattern does not end it."""
    delimiter = program[at : at + 1]
    if not delimiter or delimiter in "\\\n[" or delimiter.isalnum():
        raise UnreadableCommand("its sed program has a strange delimiter")
    at += 1
    for part in range(parts):
        while (char := program[at : at + 1]) != delimiter:
            if not char:
                raise UnreadableCommand("its sed program has a part that is not closed")
            if char == "[" and brackets and part == 0:
                at = _skip(_BRACKET, program, at, strict=True)
            else:
                at += 1 + (char == "\\")
        at += 1
    return at
