"""Finds the parts of an answer that may be commands: code blocks, `code`, lines of their own.

Pure; what a part does is judged elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.ask.command_effects import find_harm
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortex_cli.ask.command_effects import Harm

SHELL_LANGUAGES = frozenset({"", "bash", "sh", "shell", "console", "shell-session", "terminal"})
SQL_LANGUAGES = frozenset({"sql", "mysql", "postgresql", "pgsql", "plsql", "sqlite"})
MAX_SNIPPET_CHARS = 200
_FENCE = expression(
    r"^[ \t]*+(```++|~~~++)[ \t]*+(\S*+)[^\n]*+\n(.*?)(?:^[ \t]*+\1|\Z)", re.M | re.S
)
_INLINE = expression(r"(?<!`)(`{1,2})(?!`)([^`\n]+)\1(?!`)")
_PROMPT = expression(r"^\s*(?:\w[\w@:~/.-]*)?[$#]\s+(?=\S)")
# The words before a command in `code`: "run", "with the command".
_INTRODUCTION = expression(
    r"\b(run|running|type|execute|command|lance[rz]?|exécute[rz]?|commande|ejecut\w+|comando)\W*$",
    re.IGNORECASE,
)
_BARE = expression(r"^\s*(?:[$]\s+|[-*]\s+|\d+[.)]\s+)?((?:sudo|apt|apt-get|systemctl|[$])\s.+)$")


def find_snippets(answer: str) -> Iterator[tuple[str, bool]]:
    """Yield text that may be commands, and whether it certainly is."""
    for _, language, body in _FENCE.findall(answer):
        if language.lower() not in SHELL_LANGUAGES:
            continue
        lines = body.splitlines()
        prompted = [line for line in lines if _PROMPT.match(line)]
        script = "\n".join(_PROMPT.sub("", line) for line in prompted or lines)
        yield script, bool(language or prompted)
    prose = _FENCE.sub("\n", answer)
    for code in _INLINE.finditer(prose):
        before = prose[: code.start()].rpartition("\n")[2]
        yield _PROMPT.sub("", code[2].strip()), bool(_INTRODUCTION.search(before))
    for line in _INLINE.sub(" ", prose).splitlines():
        if bare := _BARE.match(line):
            yield _PROMPT.sub("", bare[1]), False


def find_harmful_snippets(answer: str) -> Iterator[tuple[str, Harm]]:
    """Yield the lines that destroy something, and what; also statements of databases."""
    for text, _ in find_snippets(answer):
        for line in text.splitlines():
            if harm := find_harm(line):
                yield line.strip()[:MAX_SNIPPET_CHARS], harm
    for _, language, body in _FENCE.findall(answer):
        if language.lower() in SQL_LANGUAGES:
            for line in body.splitlines():
                if harm := find_harm(line):
                    yield line.strip()[:MAX_SNIPPET_CHARS], harm
