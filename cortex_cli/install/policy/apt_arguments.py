"""Reads the arguments of apt-get, apt and dpkg as those programs do.  Pure.

Every spelling is reduced to one form: options in lower case without their values (apt ignores
case), clusters split up (``-yqoX`` is ``-y -q -o``), packages without version, release,
architecture and the sign that turns an install into a removal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.command_line import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Sequence

APT = ("apt", "apt-get", "aptitude")
DPKG = ("dpkg", "dpkg-deb", "dpkg-reconfigure")
# Options that take the next word; all others take no value, or one after "=".
_VALUED = {
    "-o": "--option",
    "-c": "--config-file",
    "-t": "--target-release",
    "-a": "--host-architecture",
    "-P": "--build-profiles",
}
_LONG_VALUED = frozenset({*_VALUED.values(), "--default-release"})
_SHORT = {
    "-y": "--yes",
    "-q": "--quiet",
    "-d": "--download-only",
    "-m": "--ignore-missing",
    "-f": "--fix-broken",
    "-s": "--simulate",
    "-u": "--show-upgraded",
    "-V": "--verbose-versions",
}
_SENSES = frozenset(
    "yes no true false with without on off enable disable 1 0".split()  # noqa: SIM905 - a line of words reads better
)
_NAME = expression(r"[a-z0-9][a-z0-9+.\-]*")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a program: ``verb`` is ``install`` and the like, or empty."""

    program: str
    verb: str
    arguments: tuple[str, ...]
    packages: tuple[str, ...]

    @property
    def command(self) -> str:
        """Program and verb."""
        return f"{self.program} {self.verb}".strip()


def parse(argv: Sequence[str]) -> Call:
    """Parse an unwrapped argument list.

    Raises:
        UnreadableCommand: a package is named by a pattern.
    """
    program, *rest = argv
    if program in DPKG:
        options = [word.partition("=")[0].lower() for word in rest if word.startswith("-")]
        verb = options[0] if options else ""
        operands = tuple(word for word in rest if not word.startswith("-"))
        return Call(program, verb, tuple(options[1:]), operands)
    if program not in APT:
        options = [word for word in rest if word.startswith("-")]
        operands = tuple(word for word in rest if not word.startswith("-"))
        return Call(program, operands[0] if operands else "", (*options, *operands[1:]), ())
    options, operands = _split_words(rest)
    verb = operands[0] if operands else ""
    names = tuple(name for word in operands[1:] for name in _parse_names(word))
    return Call(program, verb, tuple(options), names)


def _split_words(words: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return options in their one form, and operands."""
    options: list[str] = []
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word.startswith("--"):
            name, equals, _ = word.lower().partition("=")
            options += _expand_option(name)
            if name in _LONG_VALUED and not equals:
                rest = rest[1:]
        elif word.startswith("-") and word != "-":
            for place, letter in enumerate(word[1:], start=2):
                if letter == "=" or letter.isdigit():  # -q=2
                    break
                option = f"-{letter}"
                if option in _VALUED:
                    options.append(_VALUED[option])
                    rest = rest if word[place:] else rest[1:]
                    break
                options.append(_SHORT.get(option, option))
        else:
            operands.append(word)
    return options, tuple(operands)


def _expand_option(name: str) -> list[str]:
    """Return an option as written, and without the yes-, no-, with-, … prefix that apt accepts."""
    sense, dash, rest = name[2:].partition("-")
    return [name, f"--{rest}"] if dash and sense in _SENSES else [name]


def _parse_names(word: str) -> list[str]:
    """Return the package that ``word`` names, with and without a trailing + or -."""
    if word.startswith((".", "/")) or word.endswith((".deb", ".changes", ".dsc")):
        return [normpath(word) if word.startswith("/") else word]
    name = re.split(r"[=/]", word, maxsplit=1)[0].partition(":")[0]
    if not _NAME.fullmatch(name):
        raise UnreadableCommand(f"{word!r} is a pattern, not the name of a package")
    return [name, name[:-1]] if name[-1] in "+-" else [name]
