"""What a call of curl does: looks at this machine, or exchanges data with others.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.commands.paths import HARMLESS_TARGETS, judge_target
from cortex_cli.install.policy.shell.script import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.install.policy.shell.values import Argument

_FLAGS = frozenset(
    """
    --silent --show-error --fail --head --include --insecure --location --verbose --compressed
    --ipv4 --ipv6 --no-progress-meter --http1.1 --http2
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_VALUES = frozenset("--max-time --connect-timeout --retry --write-out --user-agent".split())  # noqa: SIM905
_LETTERS, _VALUE_LETTERS = "sSfIikLv46", "mwA"
_LOCAL = expression(r"(?:https?://)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/[\w./?=&%-]*)?")
# The format of -w can write files and name variables since curl 8.
_FORMAT = expression(r"(?!.*output)[^@].*", re.DOTALL)


def read(words: Sequence[Argument]) -> set[Effect]:
    """Return the effects.

    Raises:
        UnreadableCommand: an option sends or writes something, or is not known here.
    """
    rest = list(words)
    effects: set[Effect] = {Effect.READS}
    while rest:
        word = rest.pop(0)
        if word.may_be_option:
            effects.add(Effect.NETWORK)
        elif word[:1] != "-":
            if not (word.is_known and _LOCAL.fullmatch(word)):
                effects.add(Effect.NETWORK)
        elif word in ("-o", "--output") or word[:2] == "-o" or word.endswith("o"):
            effects |= _read_output(word, rest)
        elif word[:2] == "--":
            name, equals, _ = word.partition("=")
            if name in _VALUES and not equals:
                _read_value(name, rest)
            elif name not in _FLAGS:
                raise UnreadableCommand(f"curl {word} sends, writes, or is not known here")
        else:
            _read_cluster(word, rest)
    return effects


def _read_output(word: Argument, rest: list[Argument]) -> set[Effect]:
    """Read where ``-o``, alone or at the end of a cluster, writes."""
    if (not word.startswith("--") and not set(word[1:-1]) <= set(_LETTERS)) or not rest:
        raise UnreadableCommand(f"curl {word} sends, writes, or is not known here")
    target = rest.pop(0)
    return set() if target in HARMLESS_TARGETS else judge_target(target)


def _read_cluster(word: Argument, rest: list[Argument]) -> None:
    for place, letter in enumerate(word[1:], start=2):
        if letter in _VALUE_LETTERS:
            value = word[place:] or _read_value(f"-{letter}", rest)
            if letter == "w" and not _FORMAT.fullmatch(value):
                break
            return
        if letter not in _LETTERS:
            break
    else:
        return
    raise UnreadableCommand(f"curl {word} sends, writes, or is not known here")


def _read_value(option: str, rest: list[Argument]) -> str:
    if not rest or not rest[0].is_known:
        raise UnreadableCommand(f"the value of curl {option} is known only when it runs")
    value = rest.pop(0)
    if option == "--write-out" and not _FORMAT.fullmatch(value):
        raise UnreadableCommand("the format of curl --write-out writes a file")
    return value
