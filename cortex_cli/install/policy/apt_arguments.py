"""Reads the arguments of apt-get, apt and dpkg as those programs do.  Pure.

Every spelling is reduced to one form: options in lower case without their values (apt ignores
case), clusters split up (``-yqoX`` is ``-y -q -o``), packages without version, release and
architecture.  Of each package it says what would happen to it, whatever the verb: a name with a
trailing ``-`` is removed by ``install``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from posixpath import normpath
from typing import TYPE_CHECKING

from cortex_cli.debian.names import is_name, is_version
from cortex_cli.install.policy.shell.script import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

APT = ("apt", "apt-get", "aptitude")
DPKG = ("dpkg", "dpkg-deb", "dpkg-reconfigure")
TARGET_RELEASE = "--target-release"
# Options that take the next word; all others take no value, or one after "=".
_VALUED = {
    "-o": "--option",
    "-c": "--config-file",
    "-t": TARGET_RELEASE,
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
_DPKG_ACTIONS = {
    "-i": "--install",
    "-r": "--remove",
    "-P": "--purge",
    "-A": "--record-avail",
    "--install": "--install",
    "--unpack": "--unpack",
    "--remove": "--remove",
    "--purge": "--purge",
    "--configure": "--configure",
}
_SENSES = frozenset(
    "yes no true false with without on off enable disable 1 0".split()  # noqa: SIM905 - a line of words reads better
)
_ARCHIVES = (".deb", ".changes", ".dsc", ".udeb", ".ddeb")


class ChangeKind(StrEnum):
    """What happens to a package: the value of ``change`` in a policy's rules."""

    INSTALL = "install"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    REMOVE = "remove"
    REVERT = "revert"  # a rollback takes back what Cortex itself changed


_CHANGES = {
    "install": ChangeKind.INSTALL,
    "reinstall": ChangeKind.INSTALL,
    "satisfy": ChangeKind.INSTALL,
    "build-dep": ChangeKind.INSTALL,
    "upgrade": ChangeKind.UPGRADE,
    "full-upgrade": ChangeKind.UPGRADE,
    "dist-upgrade": ChangeKind.UPGRADE,
    "remove": ChangeKind.REMOVE,
    "purge": ChangeKind.REMOVE,
    "autoremove": ChangeKind.REMOVE,
    "autopurge": ChangeKind.REMOVE,
    "auto-remove": ChangeKind.REMOVE,
    "--install": ChangeKind.INSTALL,
    "--unpack": ChangeKind.INSTALL,
    "--remove": ChangeKind.REMOVE,
    "--purge": ChangeKind.REMOVE,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a program: ``verb`` is ``install`` and the like, or empty."""

    program: str
    verb: str
    arguments: tuple[str, ...]
    packages: tuple[tuple[str, ChangeKind | None], ...] = ()

    @property
    def command(self) -> str:
        """Program and verb."""
        return f"{self.program} {self.verb}".strip()


def parse(argv: Sequence[str]) -> Call:
    """Parse an unwrapped argument list.

    Raises:
        UnreadableCommand: a package is named by a pattern, or a version by a part of it.
    """
    program, *rest = argv
    if program in DPKG:
        return _parse_dpkg(program, rest)
    if program not in APT:
        verb, arguments = _split_plain(rest)
        return Call(program, verb, arguments)
    options, operands = _split_words(rest)
    verb = operands[0] if operands else ""
    change = _CHANGES.get(verb)
    if change is ChangeKind.INSTALL and "--allow-downgrades" in options:
        change = ChangeKind.DOWNGRADE
    named = [operand for word in operands[1:] for operand in _parse_operand(word, change)]
    if any("/" in word and not _is_path(word) for word in operands[1:]):
        options.append(TARGET_RELEASE)
    return Call(program, verb, tuple(options), tuple(named))


def parse_plain(program: str, words: Sequence[str]) -> str:
    """Return the command of a call of any program: its name, and its first operand."""
    verb, _ = _split_plain(words)
    return f"{program} {verb}".strip()


def _split_plain(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    options = [word for word in words if word.startswith("-")]
    operands = [word for word in words if not word.startswith("-")]
    return operands[0] if operands else "", (*options, *operands[1:])


def _parse_dpkg(program: str, words: Sequence[str]) -> Call:
    options: list[str] = []
    operands: list[str] = []
    for place, word in enumerate(words):
        if word == "--":
            operands += words[place + 1 :]
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif word.startswith("--"):
            options.append(word.partition("=")[0].lower())
        else:
            options += [f"-{letter}" for letter in word[1:]]
    actions = [_DPKG_ACTIONS[option] for option in options if option in _DPKG_ACTIONS]
    verb = actions[0] if actions else (options[0] if options else "")
    rest = list(options)
    for place, option in enumerate(rest):
        if _DPKG_ACTIONS.get(option, option) == verb:
            del rest[place]
            break
    change = _CHANGES.get(verb)
    named = [
        (_format_path(word), change)
        if change is ChangeKind.INSTALL
        else (word.partition(":")[0], change)
        for word in operands
    ]
    return Call(program, verb, tuple(rest), tuple(named))


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


def _is_path(word: str) -> bool:
    return word.startswith((".", "/")) or word.endswith(_ARCHIVES)


def _format_path(word: str) -> str:
    """Return a path in its one form: absolute, or with ``./`` or ``../`` in front."""
    path = normpath(word)
    return path if path.startswith(("/", "../")) else f"./{path}"


def _parse_operand(word: str, change: ChangeKind | None) -> Iterator[tuple[str, ChangeKind | None]]:
    """Yield the package that ``word`` names; with a trailing + or -, both that it may name."""
    if _is_path(word):
        yield _format_path(word), change
        return
    name, equals, version = word.partition("=")
    name, _, _ = name.partition("/")
    if equals and not is_version(version.rstrip("+-")):
        raise UnreadableCommand(f"{version!r} is a pattern, not a version")
    bare = name.partition(":")[0]
    sign = word[-1:] if word[-1:] in ("+", "-") and (equals or ":" in name) else bare[-1:]
    if not is_name(name.rstrip("+-") if ":" in name else name):
        raise UnreadableCommand(f"{word!r} is a pattern, not the name of a package")
    yield bare, change
    if sign in ("+", "-"):
        other = ChangeKind.REMOVE if sign == "-" else ChangeKind.INSTALL
        yield bare.removesuffix(sign), other
