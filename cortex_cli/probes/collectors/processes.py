"""Processes, from /proc: who runs, how much they take, and what they hold open."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import accounts, packages
from cortex_cli.probes.probe import Reading, Span, Value
from cortex_cli.probes.quantities import KIB, percent, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

SHOWN = 8
TICKS = os.sysconf("SC_CLK_TCK")
_DELETED = " (deleted)"


@dataclass(frozen=True, slots=True)
class Process:
    """One process; ``cpu`` is seconds of processor time, ``age`` seconds since its start."""

    pid: str
    parent: str
    name: str
    state: str
    memory: int
    cpu: float
    age: float
    threads: int
    command: str
    uid: str

    @property
    def share(self) -> float:
        """Percent of one processor over its life, as ``ps`` counts it."""
        return 100 * self.cpu / self.age if self.age > 0 else 0.0


def every(machine: Machine) -> list[Process]:
    """Every process that can be seen."""
    up = float((machine.text("/proc/uptime").split() or ["0"])[0])
    processes = (read(machine, pid, up) for pid in machine.names("/proc") if pid.isdigit())
    return [one for one in processes if one is not None]


def read(machine: Machine, pid: str, up: float) -> Process | None:
    """One process; None if it is gone."""
    stat = machine.text(f"/proc/{pid}/stat")
    head, _, rest = stat.rpartition(")")
    words = rest.split()
    if len(words) < 20:
        return None
    status = machine.pairs(f"/proc/{pid}/status")
    memory = status.get("VmRSS", "0").split()[0]
    command = machine.text(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    return Process(
        pid=pid,
        parent=words[1],
        name=head.partition("(")[2],
        state=words[0],
        memory=int(memory) * KIB,
        cpu=(int(words[11]) + int(words[12])) / TICKS,
        age=max(0.0, up - int(words[19]) / TICKS),
        threads=int(words[17]),
        command=command,
        uid=(status.get("Uid", "?").split() or ["?"])[0],
    )


def by_memory(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The processes that hold the most memory."""
    processes = sorted(every(machine), key=lambda one: -one.memory)
    return _top(
        processes, [f"{size(one.memory):>10}  {one.pid:>7}  {_label(one)}" for one in processes]
    )


def by_cpu(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The processes that use the most processor time over their lives."""
    processes = sorted(every(machine), key=lambda one: -one.share)
    return _top(
        processes, [f"{one.share:>5.1f}%  {one.pid:>7}  {_label(one)}" for one in processes]
    )


def count(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many processes and threads there are, and in which states."""
    processes = every(machine)
    running = sum(one.state == "R" for one in processes)
    return Reading(
        {
            "count": len(processes),
            "threads": sum(one.threads for one in processes),
            "running": running,
            "kernel": sum(not one.command for one in processes),
        }
    )


def zombies(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The zombies with their parents, who must take them in."""
    known = {one.pid: one for one in every(machine)}
    dead = [one for one in known.values() if one.state == "Z"]
    rows = [
        f"{one.pid}  {one.name}  ← {_name(known.get(one.parent))} ({one.parent})" for one in dead
    ]
    return Reading({"count": len(dead)}, "found" if dead else "none", rows)


def program(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a program runs, with its processes, memory and age."""
    name = values["process"]
    processes = [
        one for one in every(machine) if _has_name(one, name) and one.pid != str(os.getpid())
    ]
    if not processes:
        state = ""
        if machine.exists("/run/systemd/system") and name[:1] != "-":
            state = (machine.output("systemctl", "is-active", "--", name) or "").split("\n")[0]
        return Reading({"process": name, "state": state or "inactive"}, case="none")
    first = max(processes, key=lambda one: one.age)
    total = sum(one.memory for one in processes)
    user = accounts.user(machine, first.uid)
    shown: dict[str, Value] = {
        "process": name, "count": len(processes), "pid": first.pid, "memory": size(total),
        "pids": ", ".join(one.pid for one in processes[:12]), "age": Span(first.age),
        "user": user.name if user is not None else first.uid,
        "cpu": f"{sum(one.share for one in processes):.1f}%",
        "threads": sum(one.threads for one in processes), "percent": _share(machine, total),
    }  # fmt: skip
    rows = [f"{one.pid:>7}  {size(one.memory):>10}  {_label(one)}" for one in processes[:SHOWN]]
    return Reading(shown, rows=rows if len(rows) > 1 else ())


def amounts(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The same for its memory or time; None for a word that names no program here."""
    reading = program(machine, values)
    name = values["process"]
    return None if reading.case == "none" and not packages.is_program(machine, name) else reading


def by_number(machine: Machine, values: Mapping[str, str]) -> Reading:
    """What a process id is."""
    up = float((machine.text("/proc/uptime").split() or ["0"])[0])
    one = read(machine, values["pid"], up)
    if one is None:
        return Reading({"pid": values["pid"]}, case="none")
    user = accounts.user(machine, one.uid)
    return Reading(
        {
            "pid": one.pid, "process": one.name, "command": one.command or f"[{one.name}]",
            "memory": size(one.memory), "parent": one.parent, "age": Span(one.age),
            "user": user.name if user is not None else one.uid, "threads": one.threads,
            "state": one.state,
        }
    )  # fmt: skip


def of_user(machine: Machine, values: Mapping[str, str]) -> Reading | None:
    """The processes of a user; None for a name that nobody here has."""
    user = accounts.user(machine, values["user"])
    if user is None:
        return None
    processes = sorted(
        (one for one in every(machine) if one.uid == user.uid), key=lambda one: -one.memory
    )
    rows = [f"{size(one.memory):>10}  {one.pid:>7}  {_label(one)}" for one in processes]
    return Reading(
        {"user": user.name, "count": len(processes)}, "found" if processes else "none", rows
    )


def open_files(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How many files the kernel holds open, and its limit."""
    words = machine.text("/proc/sys/fs/file-nr").split()
    if len(words) < 3:
        return Reading(case="unreadable")
    return Reading({"count": int(words[0]) - int(words[1]), "limit": words[2]})


def users_of(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which processes hold a file, or something below a folder, open."""
    path = os.path.realpath(values["path"])
    if not os.path.lexists(machine.path(path)):
        return Reading({"path": values["path"]}, case="missing")
    folder = machine.path(path).is_dir()
    rows, closed = [], 0
    for pid in (name for name in machine.names("/proc") if name.isdigit()):
        held = _list_open_files(machine, pid)
        if held is None:
            closed += 1
        elif any(
            one == path or (folder and one.startswith(f"{path.rstrip('/')}/")) for one in held
        ):
            rows.append(f"{machine.text(f'/proc/{pid}/comm')} (pid {pid})")
    values_: dict[str, Value] = {
        "path": path, "count": len(rows), "hidden": closed or "",
        "names": ", ".join(dict.fromkeys(row.split(" (")[0] for row in rows)),
    }  # fmt: skip
    return Reading(values_, "found" if rows else "none", rows)


def deleted_files(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Deleted files that processes still hold."""
    rows = [
        f"{held[: -len(_DELETED)]}  {machine.text(f'/proc/{pid}/comm')} (pid {pid})"
        for pid in machine.names("/proc")
        if pid.isdigit()
        for held in _list_open_files(machine, pid) or ()
        if held.endswith(_DELETED)
        and held.startswith("/")
        and not held.startswith(("/memfd:", "/dev/", "/SYSV"))
    ]
    rows = list(dict.fromkeys(rows))
    return Reading({"count": len(rows)}, "found" if rows else "none", rows)


def _list_open_files(machine: Machine, pid: str) -> list[str] | None:
    """What a process holds open; None where that is not ours to see."""
    base = f"/proc/{pid}"
    if not os.access(machine.path(f"{base}/fd"), os.R_OK):
        return None
    held = [machine.link(f"{base}/fd/{name}") for name in machine.names(f"{base}/fd")]
    return [*held, machine.link(f"{base}/cwd"), machine.link(f"{base}/exe")]


def _top(processes: list[Process], rows: list[str]) -> Reading:
    if not processes:
        return Reading(case="unreadable")
    first = processes[0]
    shown: dict[str, Value] = {
        "process": first.name, "pid": first.pid, "memory": size(first.memory),
        "cpu": f"{first.share:.1f}%", "command": first.command[:80] or first.name,
    }  # fmt: skip
    return Reading(shown, rows=rows[:SHOWN])


def _label(one: Process) -> str:
    rest = f"  {one.command[:90]}" if one.command else ""
    return f"{one.name}{rest}"


def _has_name(one: Process, name: str) -> bool:
    """A process of that name: its comm, the file of its command, or a script's."""
    words = one.command.split()[:2]
    files = {word.rsplit("/", 1)[-1].rstrip(":") for word in words if not word.startswith("-")}
    return name[:15] == one.name or name in files or one.name in (f"{name}d", f"{name}-server")


def _name(one: Process | None) -> str:
    return one.name if one is not None else "?"


def _share(machine: Machine, amount: int) -> str:
    total = machine.pairs("/proc/meminfo").get("MemTotal", "0").split()[0]
    return percent(amount, int(total) * KIB)
