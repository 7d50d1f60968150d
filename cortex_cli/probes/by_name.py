"""Values that a question calls by the name the system gives them: no phrase is needed.

``vm.swappiness`` and ``fs.file-max`` (sysctl), ``SwapTotal`` (/proc/meminfo), ``PAGE_SIZE``
(getconf).  Only names that exist here; what is read is data.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.expressions import expression
from cortex_cli.finding import Finding, ShownCommand
from cortex_cli.probes.sayings import clean

if TYPE_CHECKING:
    from cortex_cli.probes.machine import Machine

KIND = "fact"
CONFIDENCE = 0.99
SYSCTL_ROOTS = frozenset({"abi", "debug", "dev", "fs", "kernel", "net", "user", "vm"})
_SYSCTL = expression(r"(?<![\w./-])([a-z]{2,6}(?:[./][\w-]{1,60}){1,6})(?![\w/])")
_MEMORY = expression(r"(?<![\w/.$-])([A-Z][a-z]{1,20}(?:[A-Z_(][A-Za-z_()]{0,30}))(?![\w/-])")
_LIMIT = expression(r"(?<![\w/.$-])((?:_SC_)?[A-Z]{2,20}(?:_[A-Z]{2,20}){1,4})(?![\w/-])")


class Named(NamedTuple):
    """A value, where it was read, and the command that shows the same."""

    name: str
    value: str
    source: str
    argv: tuple[str, ...]


def find(question: str, machine: Machine) -> Finding | None:
    """The value of the first name in ``question`` that this machine has."""
    entry = _sysctl(question, machine) or _memory(question, machine) or _limit(question, machine)
    if entry is None:
        return None
    return Finding(
        kind=KIND,
        confidence=CONFIDENCE,
        text=clean(f"{entry.name} = {entry.value}"),
        commands=(ShownCommand((entry.argv,), " ".join(entry.argv)),),
        sources=(entry.source,),
        value=clean(entry.value),
        subject=entry.name,
    )


def _sysctl(question: str, machine: Machine) -> Named | None:
    for name in _SYSCTL.findall(question):
        parts = re.split(r"[./]", name.rstrip("."))
        if parts[0] not in SYSCTL_ROOTS or len(parts) < 2:
            continue
        path = "/".join(("/proc/sys", *parts))
        if (value := machine.text(path)) and ".." not in parts:
            key = ".".join(parts)
            return Named(key, " ".join(value.split()), path, ("sysctl", "-n", key))
    return None


def _memory(question: str, machine: Machine) -> Named | None:
    names = _MEMORY.findall(question)
    if not names:
        return None
    known = machine.pairs("/proc/meminfo")
    name = next((one for one in names if one in known), "")
    if not name:
        return None
    return Named(name, known[name], "/proc/meminfo", ("grep", "-w", name, "/proc/meminfo"))


def _limit(question: str, machine: Machine) -> Named | None:
    for word in _LIMIT.findall(question):
        name = word.removeprefix("_SC_")
        if name in machine.environ or f"SC_{name}" not in os.sysconf_names:
            continue
        value = os.sysconf(f"SC_{name}")
        return Named(name, str(value), "getconf", ("getconf", name))
    return None
