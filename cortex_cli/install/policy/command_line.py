"""Reduces a script or an argument list to the programs that it really runs.  Pure.

``read_line`` reads shell text (``shell``), ``unwrap`` takes off wrappers (sudo, env, nice, …).
Programs that run code which their arguments do not show are ``UnreadableCommand``: that is never
allowed, whatever the rules say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, dirname, normpath
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand
from cortex_cli.install.policy.shell.values import Argument, check_arithmetic, expand, expand_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.install.policy.shell.script import Command, Redirection, Script

SYSTEM_FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
# These change how a command prints, not what it does.
SAFE_VARIABLES = expression(
    r"DEBIAN_FRONTEND|DEBIAN_PRIORITY|LANG|LANGUAGE|LC_[A-Z]+|TERM|NO_COLOR|TZ|COLUMNS"
)
# Each runs code or another program that its arguments do not show.
OPAQUE = frozenset(
    """
    eval alias unalias trap enable hash coproc select let fc bind complete compgen disown suspend
    R aa-exec ansible ash at bash batch bpftrace bpython bwrap capsh cargo catchsegv cc chroot
    chrt cpio csh dash dbus-run-session dc debootstrap dpkg-buildpackage ed emacs entr
    env-update ex expect fakeroot firejail fish flock gcc gdb ghci git-shell go gradle i386
    inotifywait install ipython irb jshell ksh ld ld.so less linux32 linux64 lldb logrotate
    ltrace lua m4 make man mksh more mvn mysql nano newgrp node nodejs npm npx nsenter numactl
    nvim octave parallel perf perl php pkcon prlimit psql puppet pypy python rbash rlwrap
    rpmbuild rsync ruby run-parts runcon runuser salt scp screen script setarch setpriv sftp sg
    sh socat sqlite3 ssh sshpass stap start-stop-daemon strace su systemd-run tar taskset tclsh
    tcsh tmux unbuffer unshare valgrind vi view vim watch x86_64 xvfb-run yarn zip zsh
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_LOADER = expression(r"ld(?:-linux|-musl|\.so|64\.so|-\d|\.).*")
_ASSIGNMENT = expression(r"([A-Za-z_]\w*)\+?=", re.ASCII)
_VERSIONED = expression(r"[-\d.]+$")
_DESCRIPTOR = expression(r"\d+-?|-")
MAX_WRAPPERS = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a script: what it runs, or nothing, and what its redirections do."""

    argv: tuple[Argument, ...]
    effects: frozenset[Effect] = frozenset()


@dataclass(frozen=True, slots=True)
class Program:
    """What a command finally runs, and whether as another user."""

    argv: tuple[Argument, ...]
    as_root: bool = False


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs another: options without and with a value, number of operands."""

    flags: str = ""
    values: str = ""
    operands: int = 0
    root: bool = False

    def takes_value(self, option: str) -> bool:
        """Return True if ``option`` takes a value.  Unknown options are unreadable."""
        if option in self.values.split():
            return True
        if option in self.flags.split():
            return False
        raise UnreadableCommand(f"its option {option} may change what runs")


WRAPPERS = {
    "sudo": Wrapper(
        "-n -H -S -A -k --non-interactive --set-home", "-u -g -p --user --group", root=True
    ),
    "doas": Wrapper("-n", "-u", root=True),
    "pkexec": Wrapper("--disable-internal-agent", "--user", root=True),
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


def read_line(line: str) -> list[Step]:
    """Read shell text into everything that it may run.

    Raises:
        UnreadableCommand: it does not show what would run.
    """
    from cortex_cli.install.policy.shell.grammar import read_script  # no plan needs it

    script = read_script(line)
    check_arithmetic(script)
    steps: list[Step] = []
    for command in script.commands:
        effects = frozenset(
            effect
            for redirection in command.redirections
            for effect in _judge(redirection, script, command)
        )
        if not command.words:
            steps += [Step((), effects)] * bool(effects)
            continue
        prefix = [
            Argument(f"{name}={expand_one(value, script, command.assigned)}")
            for name, value in command.assignments
        ]
        for words in expand(command.words, script, command.assigned):
            if not words or words[0] in script.functions or _only_redirects(words):
                steps += [Step((), effects)] * bool(effects)
            else:
                kept = [] if words[0] == "read" and _sets_only_ifs(command) else prefix
                steps.append(Step((*kept, *words), effects))
    return steps


def _only_redirects(words: Sequence[Argument]) -> bool:
    return list(words) == ["exec"]


def _sets_only_ifs(command: Command) -> bool:
    return all(name == "IFS" for name, _ in command.assignments)


def _judge(redirection: Redirection, script: Script, command: Command) -> set[Effect]:
    """Return the effects of a redirection."""
    from cortex_cli.install.policy.commands.paths import HARMLESS_TARGETS, is_secret, judge_target

    if redirection.operator.startswith("<<"):
        return set()
    target = expand_one(redirection.target, script, command.assigned)
    if "/dev/tcp" in target or "/dev/udp" in target or target.startswith(UNKNOWN * 2):
        raise UnreadableCommand(f"it connects to {target.replace(UNKNOWN, '…')}")
    duplicates = redirection.operator in (">&", "<&") and _DESCRIPTOR.fullmatch(target)
    if duplicates or target in HARMLESS_TARGETS:
        return set()
    if redirection.operator in ("<", "<&"):
        return {Effect.SECRETS} if is_secret(target) else set()
    return judge_target(target)


def unwrap(argv: Sequence[str]) -> Program:
    """Return what ``argv`` finally runs: the program's bare name and its arguments.

    Raises:
        UnreadableCommand: the arguments do not show it.
    """
    rest = [word if isinstance(word, Argument) else Argument(word) for word in argv]
    as_root = False
    for _ in range(MAX_WRAPPERS):
        while rest and (match := _ASSIGNMENT.match(rest[0])):
            if not SAFE_VARIABLES.fullmatch(match[1]):
                raise UnreadableCommand(f"it sets {match[1]}, which may change what runs")
            rest = rest[1:]
        if not rest:
            raise UnreadableCommand("it names no program")
        name = _check_program(rest[0])
        asks_where = name == "command" and rest[1:2] and rest[1] in ("-v", "-V")
        if name not in WRAPPERS or rest == ["env"] or asks_where:
            name = "type" if asks_where else name
            return Program((Argument(name), *rest[1:]), as_root)
        as_root = as_root or WRAPPERS[name].root
        rest = _skip_options(WRAPPERS[name], rest[1:])
    raise UnreadableCommand(f"it has more than {MAX_WRAPPERS} wrappers")


def _check_program(word: Argument) -> str:
    if not word.is_known:
        raise UnreadableCommand("which program it runs is known only when it runs")
    path = normpath(word) if word else ""
    if "/" in word and dirname(path) not in SYSTEM_FOLDERS:
        raise UnreadableCommand(f"{word} is not a system program")
    name = basename(path)
    if not name.isascii() or not name.isprintable() or " " in name:
        raise UnreadableCommand("its program's name is not a plain word")
    return name


def check_shown(program: Sequence[Argument]) -> None:
    """Refuse a program whose arguments do not show what it does, or are not known.

    Raises:
        UnreadableCommand: so it is.
    """
    name = str(program[0])
    if {name, _VERSIONED.sub("", name)} & OPAQUE or _LOADER.fullmatch(name):
        raise UnreadableCommand(f"the arguments of {name} do not show what it runs")
    if not all(word.is_known for word in program):
        raise UnreadableCommand("an expansion or substitution is known only when it runs")


def _skip_options(wrapper: Wrapper, rest: list[Argument]) -> list[Argument]:
    while rest and (rest[0].startswith("-") or rest[0].may_be_option):
        option, rest = rest[0], rest[1:]
        if option == "--":
            break
        if not option.is_known:
            raise UnreadableCommand("an option of its wrapper is known only when it runs")
        if option == "-" or option.startswith("--"):
            name, equals, _ = option.partition("=")
            if wrapper.takes_value(name) and not equals:
                rest = rest[1:]
            continue
        for place, letter in enumerate(option[1:], start=2):
            if wrapper.takes_value(f"-{letter}"):
                rest = rest if option[place:] else rest[1:]
                break
    if any(word.splits for word in rest[: wrapper.operands]):
        raise UnreadableCommand("an operand of its wrapper is known only when it runs")
    return rest[wrapper.operands :]
