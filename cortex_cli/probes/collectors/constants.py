"""Values that hardly change: page size, features of the processor, arrays, ages of accounts."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.probes.collectors import accounts
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

# Where the shell of new users is set: file, name, what reads it.
_NEW_SHELLS = (("/etc/adduser.conf", "DSHELL"), ("/etc/default/useradd", "SHELL"))
_ARRAY = expression(r"(md\w+) : (\w+)")


def page(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The size of a page of memory."""
    count = os.sysconf("SC_PAGE_SIZE")
    return Reading({"bytes": count, "size": size(count)})


def entropy(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Bits of entropy."""
    bits = machine.text("/proc/sys/kernel/random/entropy_avail")
    return Reading({"bits": bits}) if bits else Reading(case="unreadable")


def feature(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Whether the processor has a feature; None where no processor could have one so called."""
    name = values["name"].casefold()
    known_keys = machine.pairs("/proc/cpuinfo")
    flags = known_keys.get("flags", "")
    if (
        not flags
        or any(name in key.casefold() for key in known_keys)
        or not re.fullmatch(r"[a-z][a-z0-9_.]{1,20}", name)
    ):
        return None
    known = flags.split()
    alike = [one for one in known if one == name.replace(".", "_")]
    return Reading({"name": name}, case="found" if alike else "none")


def arrays(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Software RAID arrays with their state."""
    lines = machine.lines("/proc/mdstat")
    matches = [match for line in lines if (match := _ARRAY.match(line))]
    if not matches:
        return Reading({"count": 0}, case="none")
    names = ", ".join(f"{match[1]} ({match[2]})" for match in matches)
    return Reading(
        {"count": len(matches), "names": names}, rows=[match.string for match in matches]
    )


def new_shell(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The shell of new users, by adduser and then by useradd."""
    for path, name in _NEW_SHELLS:
        if shell := machine.pairs(path, "=").get(name, "").strip("\"'"):
            return Reading({"shell": shell, "source": path})
    return Reading(case="none")


def installation_time(machine: Machine, values: Mapping[str, str]) -> Reading:
    """When the root file system was made; an installer's log is as old as the installation."""
    birth = machine.output("stat", "-c", "%W", str(machine.path("/")))
    if birth and birth.isdigit() and int(birth) > 0:
        made = datetime.fromtimestamp(int(birth)).astimezone()
        return Reading({"when": made.strftime("%Y-%m-%d %H:%M:%S")})
    return Reading(case="none")


def password(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """When a password expires and was changed, as ``chage`` says."""
    name = values["user"]
    if accounts.user(machine, name) is None:
        return None
    output = machine.output("chage", "-l", name)
    lines = [line.partition(":")[2].strip() for line in (output or "").splitlines()]
    if len(lines) < 4:
        return Reading({"user": name}, case="unreadable")
    facts: dict[str, Value] = {
        "user": name, "changed": lines[0], "expires": lines[1], "account": lines[3]
    }  # fmt: skip
    return Reading(facts)


def password_state(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """Whether a user has a password, none, or a locked one, as ``passwd -S`` says."""
    name = values["user"]
    if accounts.user(machine, name) is None:
        return None
    words = (machine.output("passwd", "-S", name) or "").split()
    if len(words) < 2:
        return Reading({"user": name}, case="unreadable")
    state = words[1]
    case = {"P": "found", "NP": "empty"}.get(state, "locked")
    return Reading({"user": name, "state": state}, case=case)


def arguments(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How long the arguments of a command may be."""
    count = os.sysconf("SC_ARG_MAX")
    return Reading({"bytes": count, "size": size(count)})


def processor(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Vendor, family and the like, as the processor reports them."""
    known = machine.pairs("/proc/cpuinfo")
    if "vendor_id" not in known:
        return Reading(case="unreadable")
    lines = machine.lines("/proc/cpuinfo")
    sockets = {line.partition(":")[2].strip() for line in lines if line.startswith("physical id")}
    facts: dict[str, Value] = {
        "vendor": known["vendor_id"], "family": known.get("cpu family", "?"),
        "number": known.get("model", "?"), "model": known.get("model name", "?"),
        "stepping": known.get("stepping", "?"), "bogomips": known.get("bogomips", "?"),
        "sockets": len(sockets) or 1,
    }  # fmt: skip
    return Reading(facts)


def shells(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The shells that a user may have."""
    names = [line for line in machine.lines("/etc/shells") if line.startswith("/")]
    if not names:
        return Reading(case="none")
    return Reading({"count": len(names), "names": ", ".join(names)})
