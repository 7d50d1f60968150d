"""Looks a fact up by the command that the actions have for it, where no probe knows it.

Only where a fact is asked for, and only single commands that read, need no root, end at once
and were filled in completely.  Nothing else is ever run; what a command prints is data.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.finding import READS
from cortex_cli.probes.sayings import MAX_ROW_CHARS, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.finding import Finding, ShownCommand
    from cortex_cli.probes.machine import Machine

KIND = "fact"
TIMEOUT_S = 1.5
MAX_LINES = 8
# They read and end at once, whatever their arguments; the others only with these first words.
QUICK = frozenset(
    """
    arch basename cal date dircolors dirname file findmnt free getconf getent getfacl groups
    hostname id ip lastlog lsattr lsblk lscpu lsmem lsmod lspci lsusb namei nproc printenv
    readlink realpath ss stat tty uname uptime wc which whoami who
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
QUICK_WITH = {
    "apt": ("policy", "show"),
    "apt-cache": ("policy", "show"),
    "apt-mark": ("showhold", "showmanual"),
    "cat": ("/",),
    "chage": ("-l",),
    "df": ("-",),
    "dpkg": ("-S", "-s", "-l", "--print-architecture"),
    "dpkg-query": ("-W", "-S", "-f", "-s"),
    "head": ("-n",),
    "hostnamectl": ("status",),
    "localectl": ("status", "list-locales"),
    "ls": ("-l", "-la", "-ld"),
    "md5sum": ("/",),
    "resolvectl": ("status", "dns"),
    "sed": ("-n",),
    "sha1sum": ("/",),
    "sha256sum": ("/",),
    "sysctl": ("-n", "net.", "kernel.", "vm.", "fs."),
    "systemctl": ("is-", "get-default", "show", "status", "list-"),
    "tail": ("-n",),
    "timedatectl": ("status", "show"),
    "ulimit": ("-",),
}
_PLACEHOLDER = expression(r"[A-Z][A-Z0-9_]{2,}\Z")
# Prints lines by their number, and nothing else.
_LINES = expression(r"\d{1,9}(?:,\d{1,9})?p\Z")
_CHANGES = frozenset({"-w", "-s", "-S", "--set", "set", "add", "del", "flush", "up", "down"})


def look_up(finding: Finding, machine: Machine) -> Finding | None:
    """``finding``, an action, as a fact with what its command prints; None if it is not one."""
    if not finding.commands or not is_quick(command := finding.commands[0]):
        return None
    printed = machine.output(*command.pipeline[0], timeout_s=TIMEOUT_S)
    if not printed:
        return None
    rows = [clean(line, MAX_ROW_CHARS) for line in printed.splitlines() if line.strip()]
    text = "\n".join(rows[:MAX_LINES] + ["…"] * (len(rows) > MAX_LINES))
    return replace(
        finding,
        kind=KIND,
        text=text,
        commands=(command,),
        value=rows[0].strip(),
    )


def is_quick(command: ShownCommand) -> bool:
    """True for a single reading command of the table, complete and without root."""
    if command.effect != READS or command.needs_root or len(command.pipeline) != 1:
        return False
    argv = command.pipeline[0]
    if any(_PLACEHOLDER.match(word) for word in argv[1:]) or ">" in command.text:
        return False
    return _is_listed(argv)


def _is_listed(argv: Sequence[str]) -> bool:
    program, *words = argv
    if program in QUICK:
        return program not in {"date", "hostname", "ip"} or not _CHANGES & set(words)
    if program == "sed" and (len(words) != 3 or not _LINES.match(words[1])):
        return False
    if program in ("head", "tail") and len(words) != 3:
        return False
    beginnings = QUICK_WITH.get(program, ())
    return bool(words) and words[0].startswith(beginnings) and "-w" not in words
