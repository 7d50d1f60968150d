"""Judges whether a command destroys data or takes the machine down, whoever wrote it.

A command is read by the shell parser, with what ``sudo``, ``sh -c``, ``find -exec``, ``xargs`` or
``ssh`` would run; the table is in ``destructive_commands``.  Nothing is run, and nothing asked of
this machine: it judges what the words say, so an option that is unknown here excuses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from cortex_cli.ask.destructive_commands import DISK, DOWN, GROUPS, LEAVING, RULES, SUBCOMMANDS
from cortex_cli.finding import DESTROYS, LEAVES, ShownCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cortex_cli.ask.destructive_commands import Rule

MAX_COMMAND_CHARS = 4000
MAX_DEPTH = 4
EMPTIES = "empties a file"
RIGHTS = "changes the permissions of the whole system"
FORK_BOMB = "starts processes without end"
KILLS_ALL = "ends every process"
SQL = "deletes data of a database"
DELETES = "deletes files"
# Most commands have none of these words: they need no parser.
_SUSPECT_WORDS = frozenset(
    """
    autopurge autoremove branch checkout chgrp chmod chown clean clear cp dd delete down drop
    dropdatabase emergency exec filter flushall force hard hibernate isolate kexec kill mirror mkfs
    mv prune purge push remove rescue restore rmi rmtree setfacl suspend switch tee truncate unlink
    volumes
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
).union(
    name
    for name in (*RULES, *LEAVING)
    if name not in ("apt", "apt-get", "git", "docker", "systemctl")
)
_WORD_END = str.maketrans(dict.fromkeys("/;|&()'\"`{}$=,.\n\t", " "))
# Written out: compiled by the first command that needs them.
_FORK_BOMB = r"([\w:.]{1,40})\s{0,9}\(\)\s{0,9}\{\s{0,9}\1\s{0,9}\|\s{0,9}\1\s{0,9}&"
_TO_DEVICE = (
    r"(?<![<>=&\d-])\d?>{1,2}\|?\s{0,9}(/dev/(?!null\b|stdout|stderr|tty|zero\b|full\b|fd/|pts/|tcp/|udp/|shm/"
    r"|console|kmsg)[\w/-]+|/proc/sysrq-trigger)"
)
_EMPTYING = (
    r"(?:^|[;&|(]|\bsudo\s{1,9}sh\s{1,9}-c\s{1,9}['\"])\s{0,9}"
    r"(?::|true|cat\s{1,9}/dev/null|echo\s{1,9}-n(?:\s{1,9}(?:''|\"\"))?|printf\s{1,9}(?:''|\"\"))?"
    r"\s{0,9}>\|?\s{0,9}(?![>&(])(?!/dev/null\b)[\w./~$\"'{-]"
)
_SQL = (
    r"\b(?:drop\s{1,9}(?:table|database|schema|view|index|user|role|collection)"
    r"|truncate\s{1,9}(?:table\s{1,9})?[\w\"`.]+|delete\s{1,9}from|dropdatabase|flushall)\b"
)
_SQL_PROGRAMS = frozenset(
    """
    psql mysql mariadb sqlite3 sqlite mongo mongosh clickhouse-client cqlsh duckdb redis-cli
    """.split()  # noqa: SIM905 - as above
)
_SQL_STATEMENT = (
    r"\s*(?:drop\s+(?:table|database|schema|view|index|user|role)\b|truncate\s+table\b"
    r"|delete\s+from\b)"
)
_CODE_DELETES = r"\brmtree\b|\bos\.(?:remove|unlink|rmdir)\b|\bunlink\b|\brm_rf?\b"
_CODE_PROGRAMS = r"(?:python|perl|ruby|node|php)[\d.]*\Z"
_RUNNERS = frozenset({"busybox", "toybox", "chroot", "flock", "parallel", "runuser", "unshare"})
_DEVICES_UNHARMED = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"})
# Recursive changes of permissions here take the system with them.
_SYSTEM = frozenset(
    """
    / /bin /boot /dev /etc /home /lib /lib64 /opt /proc /root /run /sbin /srv /sys /usr /usr/bin
    /usr/lib /usr/sbin /var /var/lib
    """.split()  # noqa: SIM905 - as above
)


@dataclass(frozen=True, slots=True)
class Harm:
    """What a command does that cannot be taken back; ``effect`` is destroys or leaves."""

    effect: str
    what: str


def find_harm(text: str) -> Harm | None:
    """Return what is worst about the commands in ``text``; None if they are harmless."""
    if not _is_suspect(text[:MAX_COMMAND_CHARS]):
        return None
    harms = list(_find_harms(text[:MAX_COMMAND_CHARS], 0))
    return min(harms, key=lambda harm: harm.effect != DESTROYS, default=None)


def _is_suspect(text: str) -> bool:
    if ">" in text or "()" in text or "mkfs" in text or "-1" in text:
        return True
    words = {word.lstrip("-") for word in text.lower().translate(_WORD_END).split()}
    return not words.isdisjoint(_SUSPECT_WORDS)


def mark(command: ShownCommand) -> ShownCommand:
    """Return ``command`` with its effect, if that is worse than what it says."""
    if command.effect in (DESTROYS, LEAVES):
        return command
    harm = find_harm(command.text)
    if harm is None:
        return command
    return ShownCommand(
        command.pipeline,
        command.text,
        harm.effect,
        command.needs_root,
        command.package,
        command.note,
    )


def _find_harms(text: str, depth: int) -> Iterator[Harm]:
    from cortex_cli.ask import shell_parser

    if re.search(_FORK_BOMB, text):
        yield Harm(DESTROYS, FORK_BOMB)
    if written := re.search(_TO_DEVICE, text):
        down = written[1].startswith("/proc")
        yield Harm(LEAVES, DOWN) if down else Harm(DESTROYS, DISK)
    if re.search(_EMPTYING, text):
        yield Harm(DESTROYS, EMPTIES)
    if re.match(_SQL_STATEMENT, text, re.IGNORECASE):
        yield Harm(DESTROYS, SQL)
    commands = shell_parser.parse_commands(text)
    if commands is None:  # read word by word, what cannot be parsed may still be run
        words = text.replace(";", " ").replace("|", " ").split()
        commands = [
            shell_parser.Command(word, tuple(words[at + 1 :]), text)
            for at, word in enumerate(words)
            if basename(word) in RULES
        ][:1]
    fed = any(command.program == "xargs" for command in commands)
    for command in commands:
        # Operands that come from a pipe are not seen here.
        arguments = command.arguments or (("…",) if fed else ())
        if not {"--help", "--version"} & set(arguments):
            yield from _judge(command.program, arguments, depth)


def _judge(name: str, known: Sequence[str | None], depth: int) -> Iterator[Harm]:
    program = basename(name)
    arguments = ["…" if each is None else each for each in known]
    if program.startswith("mkfs") and not {"-V", "-n"} & set(arguments):
        yield Harm(DESTROYS, DISK)
    for table, effect in ((RULES, DESTROYS), (LEAVING, LEAVES)):
        for rule in table.get(program, ()):
            if _holds(rule, program, arguments):
                yield Harm(effect, rule.what)
                break
    if what := _judge_program(program, arguments):
        yield Harm(DESTROYS, what)
    if depth < MAX_DEPTH:
        for inner in _list_inner(program, arguments):
            yield from _find_harms(inner, depth + 1)


def _holds(rule: Rule, program: str, arguments: Sequence[str]) -> bool:
    if any(_has_option(arguments, option) for option in rule.unless.split()):
        return False
    operands = [each for each in arguments if not each.startswith("-")]
    if not arguments and program not in ("reboot", "poweroff", "halt", "shutdown", "trash-empty"):
        return False
    if program in SUBCOMMANDS:
        operands = operands[: 2 if operands[:1] and operands[0] in GROUPS else 1]
    if rule.words and not set(rule.words.split()) & set(operands):
        return False
    return not rule.options or any(
        _has_option(arguments, option) for option in rule.options.split()
    )


def _has_option(arguments: Sequence[str], option: str) -> bool:
    for argument in arguments:
        if argument == option or argument.startswith(f"{option}="):
            return True
        if argument == "--":
            return False
        cluster = len(option) == 2 and argument[:1] == "-" and argument[1:2] not in ("-", "")
        if cluster and option[1] in argument[1:]:
            return True
    return False


def _judge_program(program: str, arguments: Sequence[str]) -> str | None:
    """Judge the programs whose arguments have a grammar of their own."""
    joined = " ".join(arguments)
    if program == "dd":
        targets = [each[3:] for each in arguments if each.startswith("of=")]
        return DISK if any(each not in _DEVICES_UNHARMED for each in targets) else None
    if program == "find":
        return "deletes what it finds" if "-delete" in arguments else None
    if program in ("chmod", "chown", "chgrp", "setfacl"):
        places = {normpath(each.rstrip("*") or "/") for each in arguments if each[:1] == "/"}
        recursive = any(_has_option(arguments, option) for option in ("-R", "--recursive"))
        return RIGHTS if recursive and places & _SYSTEM else None
    if program in ("tee", "cp", "mv"):
        target = arguments[-1] if arguments else ""
        if program == "mv" and target == "/dev/null":
            return DELETES
        if program == "cp" and arguments[:1] == ["/dev/null"]:
            return EMPTIES
        return (
            DISK
            if re.match(r"/dev/(?:sd|hd|vd|nvme|mmcblk|md|dm-|mapper/|disk/)", target)
            else None
        )
    if program in ("kill", "killall5"):
        return (
            KILLS_ALL
            if program == "killall5" or (arguments[-1:] == ["-1"] and len(arguments) > 1)
            else None
        )
    if program in _SQL_PROGRAMS and re.search(_SQL, joined, re.IGNORECASE):
        return SQL
    if re.match(_CODE_PROGRAMS, program) and re.search(_CODE_DELETES, joined):
        return DELETES
    return None


def _ends_all(arguments: Sequence[str]) -> bool:
    return len(arguments) > 1 and arguments[-1] == "-1"


def _list_inner(program: str, arguments: Sequence[str]) -> Iterator[str]:
    """Yield the commands that ``program`` would run and the shell parser does not unwrap."""
    if program == "find":
        for start in ("-exec", "-execdir", "-ok", "-okdir"):
            if start in arguments:
                rest = arguments[arguments.index(start) + 1 :]
                yield " ".join(each for each in rest if each not in (";", "+", "{}", "\\;")) + " x"
    elif program in ("ssh", "su"):
        yield from (each for each in arguments if " " in each)
        operands = [each for each in arguments if not each.startswith("-")]
        if program == "ssh" and len(operands) > 2:
            yield " ".join(operands[1:])
    elif program == "eval":
        yield " ".join(arguments)
    elif program in _RUNNERS:
        for at, word in enumerate(arguments):
            if basename(word) in RULES:
                yield " ".join(arguments[at:])
                return
