"""Reads ``$((…))`` and ``((…))``.  Pure.

bash evaluates the value of a variable in there as an expression once more, and runs the
substitutions in it: the variables are noted in ``Script.arithmetic``, and their values judged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.shell.script import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.install.policy.shell.reader import Reader
    from cortex_cli.install.policy.shell.script import Part

_PLAIN = expression(r"[\w\s+\-*/%<>=!&|?:,.~^()#]*", re.ASCII)
_NAME = expression(r"(?<![\w#])[A-Za-z_]\w*", re.ASCII)


def read(reader: Reader, end: str, read_expansion: Callable[..., Part]) -> str:
    """Return the expression up to ``end`` with its expansions as names; reads past ``end``."""
    text = ""
    depth = 0
    while char := reader.peek():
        if depth == 0 and reader.take(end):
            return text
        if char in "$`":
            part = read_expansion(reader, quoted=True)
            if part.unknown and not part.numeric and not part.commands:
                reader.script.arithmetic.add("")
            text += f" {part.variable or 0} "
            reader.script.evaluated += part.commands
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        text += char
        reader.at += 1
    raise UnreadableCommand("an arithmetic expression is not closed")


def check(reader: Reader, expression: str) -> None:
    """Note the variables that are evaluated."""
    if not _PLAIN.fullmatch(expression):
        raise UnreadableCommand("an arithmetic expression has more than numbers and variables")
    changes = any(sign in expression for sign in ("=", "++", "--"))
    for name in _NAME.findall(expression):
        reader.script.arithmetic.add(name)
        if changes:
            reader.check_variable(name)
            reader.script.assign(name, None)
