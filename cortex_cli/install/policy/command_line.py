"""Reduces a command line or argument list to the programs that it really runs.  Pure.

Made for judging, so it reads only what has one meaning: words, quotes, backslashes, and
commands in a row.  Anything that is decided at run time (expansions, substitutions, globs,
redirections, functions, shells and interpreters given code) is ``UnreadableCommand``, and what
cannot be read is never allowed.  Wrappers (sudo, env, nice, …) are stripped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEM_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
# These change how a command prints, not what it does.
SAFE_VARIABLES = expression(
    r"DEBIAN_FRONTEND|DEBIAN_PRIORITY|LANG|LANGUAGE|LC_[A-Z]+|TERM|NO_COLOR"
)
RESERVED = frozenset(
    """
    if then else elif fi for while until do done case esac select function coproc { } [[ !
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Each runs code or another program that its arguments do not show.
OPAQUE = frozenset(
    """
    . source eval alias unalias trap set shopt enable hash export declare typeset local readonly
    sh bash dash ash zsh ksh mksh csh tcsh fish rbash python pypy perl ruby node nodejs lua php
    awk gawk mawk nawk sed tclsh expect xargs parallel find su runuser script watch flock chroot
    nsenter unshare setpriv systemd-run ssh strace ltrace gdb make ed ex vi vim emacs tar at batch
    crontab start-stop-daemon run-parts capsh bwrap firejail fakeroot linux32 linux64 setarch
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ASSIGNMENT = expression(r"([A-Za-z_]\w*)\+?=", re.ASCII)
_VERSIONED = expression(r"[-\d.]+$")
MAX_WRAPPERS = 16


class UnreadableCommand(Exception):
    """The text does not show what would run; the message says why."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs another: options without and with a value, number of operands."""

    flags: str = ""
    values: str = ""
    operands: int = 0

    def takes_value(self, option: str) -> bool:
        """Return True if ``option`` takes a value.  Unknown options are unreadable."""
        if option in self.values.split():
            return True
        if option in self.flags.split():
            return False
        raise UnreadableCommand(f"its option {option} may change what runs")


WRAPPERS = {
    "sudo": Wrapper("-n -H -S -A -k --non-interactive --set-home", "-u -g -p --user --group"),
    "doas": Wrapper("-n", "-u"),
    "pkexec": Wrapper("--disable-internal-agent", "--user"),
    "env": Wrapper("-i - --ignore-environment", "-u --unset"),
    "nice": Wrapper("", "-n --adjustment"),
    "ionice": Wrapper("-t --ignore", "-c -n --class --classdata"),
    "nohup": Wrapper(),
    "setsid": Wrapper("-c -f -w --ctty --fork --wait"),
    "timeout": Wrapper("-v --preserve-status --foreground", "-k -s --kill-after --signal", 1),
    "stdbuf": Wrapper("", "-i -o -e --input --output --error"),
    "time": Wrapper("-p -v"),
    "command": Wrapper("-p"),
    "builtin": Wrapper(),
    "exec": Wrapper("-c -l", "-a"),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "eatmydata": Wrapper(),
    "chronic": Wrapper("-v -e"),
}


def split_commands(line: str) -> list[list[str]]:
    """Split a line of shell into argument lists.

    Raises:
        UnreadableCommand: it holds more than words, quotes and operators between commands.
    """
    argvs: list[list[str]] = [[]]
    word: str | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            if at + 1 == len(line):
                raise UnreadableCommand("it ends with a backslash")
            if line[at + 1] != "\n":
                word = (word or "") + line[at + 1]
            at += 2
        elif char in "'\"":
            text, at = _read_quoted(line, at)
            word = (word or "") + text
        elif char in " \t\n;&|":
            if word is not None:
                argvs[-1].append(word)
                word = None
            if char not in " \t":
                argvs.append([])
            at += 1
        else:
            _check_character(char, word)
            word = (word or "") + char
            at += 1
    if word is not None:
        argvs[-1].append(word)
    return [argv for argv in argvs if argv]


def _check_character(char: str, word: str | None) -> None:
    if char in "$`":
        raise UnreadableCommand("an expansion or substitution is known only when it runs")
    if char in "<>":
        raise UnreadableCommand("it redirects input or output")
    if char in "(){}":
        raise UnreadableCommand("it contains a subshell, a function or a brace expansion")
    if char in "*?[":
        raise UnreadableCommand("it contains a pattern that the shell would expand")
    if (char == "~" and not word) or (char == "#" and word is None):
        raise UnreadableCommand(f"a word starts with {char}")
    if not output.is_plain(char) or char.isspace():
        raise UnreadableCommand(f"it contains the invisible character U+{ord(char):04X}")


def _read_quoted(line: str, start: int) -> tuple[str, int]:
    quote, text, at = line[start], "", start + 1
    while at < len(line):
        char = line[at]
        if char == quote:
            return text, at + 1
        if quote == '"' and char in "$`":
            raise UnreadableCommand("an expansion or substitution is known only when it runs")
        if quote == '"' and char == "\\" and line[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            at += 1
        text += line[at]
        at += 1
    raise UnreadableCommand("a quote is not closed")


def unwrap(argv: Sequence[str]) -> list[str]:
    """Return what ``argv`` finally runs: the program's bare name and its arguments.

    Raises:
        UnreadableCommand: the arguments do not show it.
    """
    rest = list(argv)
    for _ in range(MAX_WRAPPERS):
        while rest and (match := _ASSIGNMENT.match(rest[0])):
            if not SAFE_VARIABLES.fullmatch(match[1]):
                raise UnreadableCommand(f"it sets {match[1]}, which may change what runs")
            rest = rest[1:]
        if not rest:
            raise UnreadableCommand("it names no program")
        name = _check_program(rest[0])
        if name not in WRAPPERS:
            return [name, *rest[1:]]
        rest = _skip_options(WRAPPERS[name], rest[1:])
    raise UnreadableCommand(f"it has more than {MAX_WRAPPERS} wrappers")


def _check_program(word: str) -> str:
    path = normpath(word) if word else ""
    if "/" in word and dirname(path) not in SYSTEM_FOLDERS:
        raise UnreadableCommand(f"{word} is not a system program")
    name = basename(path)
    if not name.isascii() or not name.isprintable() or " " in name:
        raise UnreadableCommand("its program's name is not a plain word")
    if name in RESERVED or {name, _VERSIONED.sub("", name)} & OPAQUE or name.startswith("ld-linux"):
        raise UnreadableCommand(f"the arguments of {name} do not show what it runs")
    return name


def _skip_options(wrapper: Wrapper, rest: list[str]) -> list[str]:
    while rest and rest[0].startswith("-"):
        option, rest = rest[0], rest[1:]
        if option == "--":
            break
        if option == "-" or option.startswith("--"):
            name, equals, _ = option.partition("=")
            if wrapper.takes_value(name) and not equals:
                rest = rest[1:]
            continue
        for place, letter in enumerate(option[1:], start=2):
            if wrapper.takes_value(f"-{letter}"):
                rest = rest if option[place:] else rest[1:]
                break
    return rest[wrapper.operands :]
