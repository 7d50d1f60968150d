"""Services, timers and targets, as systemd shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_UNIT = expression(r"[\w@.:\\-]{1,200}\Z")
_PROPERTIES = (
    "Id,LoadState,ActiveState,SubState,UnitFileState,Description,ActiveEnterTimestamp,"
    "InactiveEnterTimestamp,MemoryCurrent,MainPID,NRestarts,Result,ExecMainStatus,FragmentPath"
)
_LIST = ("--no-legend", "--plain", "--no-pager")
_RAN = "/run/systemd/system"
_WANTS = "/etc/systemd/system"
NO_AMOUNT = str(2**64 - 1)


def unit(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """State, enablement, start, memory and process of a unit."""
    name = values["unit"]
    if not _UNIT.match(name):
        return None
    if not machine.exists(_RAN):
        return _without_systemd(machine, name)
    shown = dict(
        line.split("=", 1)
        for line in machine.table("systemctl", "show", "-p", _PROPERTIES, "--", name)
        if "=" in line
    )
    if not shown:
        return Reading({"unit": name}, case="unreadable")
    if shown.get("LoadState") == "not-found":
        return Reading({"unit": name, "active": "inactive", "enabled": "not-found"}, case="missing")
    memory = shown.get("MemoryCurrent", "")
    since = shown.get("ActiveEnterTimestamp") or shown.get("InactiveEnterTimestamp") or ""
    facts: dict[str, Value] = {
        "unit": shown.get("Id", name).removesuffix(".service"),
        "active": shown.get("ActiveState", "?"),
        "sub": shown.get("SubState", "?"),
        "enabled": shown.get("UnitFileState") or "static",
        "description": shown.get("Description", ""),
        "since": since,
        "memory": size(int(memory)) if memory.isdigit() and memory != NO_AMOUNT else "",
        "pid": "" if shown.get("MainPID") == "0" else shown.get("MainPID", ""),
        "restarts": shown.get("NRestarts", "0"),
        "result": shown.get("Result", ""),
        "status": shown.get("ExecMainStatus", ""),
        "file": shown.get("FragmentPath", ""),
    }
    case = {"active": "found", "failed": "failed"}.get(str(facts["active"]), "inactive")
    return Reading(facts, case)


def memory(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The same where the word may be no unit at all: "the price of memory"."""
    reading = unit(machine, values)
    return None if reading is None or reading.case == "missing" else reading


def running_services(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The services that run."""
    return _list_units(machine, "list-units", "--type=service", "--state=running")


def failed_units(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The units that failed."""
    return _list_units(machine, "list-units", "--state=failed")


def enabled_services(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The services that are enabled."""
    output = machine.output(
        "systemctl", "list-unit-files", "--type=service", "--state=enabled", *_LIST
    )
    return _read_names(output)


def timers(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The timers with their next runs."""
    if not machine.exists(_RAN):
        return Reading(case="nosystemd")
    output = machine.output("systemctl", "list-timers", *_LIST)
    if output is None:
        return Reading(case="unreadable")
    rows = [" ".join(row.split()) for row in output.splitlines() if row.strip()]
    names = [word for row in rows for word in row.split() if word.endswith(".timer")]
    first = rows[0].split() if rows else []
    facts: dict[str, Value] = {
        "count": len(rows), "names": ", ".join(names), "first": names[0] if names else "",
        "next": " ".join(first[:4]),
    }  # fmt: skip
    return Reading(facts, "found" if rows else "none", rows)


def target(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The default target."""
    output = machine.output("systemctl", "get-default")
    name = (output or "").split("\n")[0] or machine.link(f"{_WANTS}/default.target").rsplit("/", 1)[
        -1
    ]
    return Reading({"target": name}, "found" if name else "unreadable")


def state(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The state of the whole system: running, degraded …"""
    word = (machine.output("systemctl", "is-system-running") or "").split("\n")[0]
    return Reading({"state": word}, "found" if word and word != "offline" else "nosystemd")


def boot_duration(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How long the boot took, and what took longest."""
    output = machine.output("systemd-analyze", "time") if machine.exists(_RAN) else None
    if not output or "Startup finished" not in output:
        return Reading(case="nosystemd")
    rows = [row.strip() for row in machine.table("systemd-analyze", "blame", "--no-pager")][:5]
    return Reading({"total": output.splitlines()[0], "slowest": rows[0] if rows else ""}, rows=rows)


def _list_units(machine: Machine, *arguments: str) -> Reading:
    if not machine.exists(_RAN):
        return Reading(case="nosystemd")
    return _read_names(machine.output("systemctl", *arguments, *_LIST))


def _read_names(output: str | None) -> Reading:
    if output is None:
        return Reading(case="unreadable")
    names = [row.split()[0] for row in output.splitlines() if row.strip()]
    short = [name.removesuffix(".service") for name in names]
    rows = [", ".join(short[place : place + 6]) for place in range(0, len(short), 6)]
    facts: dict[str, Value] = {"count": len(names), "names": ", ".join(short)}
    return Reading(facts, "found" if names else "none", rows if len(names) > 6 else ())


def _without_systemd(machine: Machine, name: str) -> Reading:
    """What can be said where systemd does not run: a process of that name, and links."""
    bare = name.removesuffix(".service")
    pids = [
        pid
        for pid in machine.names("/proc")
        if pid.isdigit() and machine.text(f"/proc/{pid}/comm") in (bare[:15], f"{bare}d")
    ]
    links = any(
        f"{bare}.service" in machine.names(f"{_WANTS}/{folder}")
        for folder in machine.names(_WANTS)
        if folder.endswith(".wants")
    )
    known = links or any(
        machine.exists(f"{folder}/{bare}.service")
        for folder in ("/usr/lib/systemd/system", "/lib/systemd/system", _WANTS)
    )
    facts: dict[str, Value] = {
        "unit": bare, "pid": ", ".join(pids), "enabled": "enabled" if links else "disabled",
        "active": "inactive",
    }  # fmt: skip
    if pids:
        return Reading(facts, case="process")
    return Reading(facts, case="nosystemd" if known else "missing")
