"""The processes that use the most memory or CPU, each with its unit."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, NamedTuple

from cortexd.cgroups import read_unit

if TYPE_CHECKING:
    from pathlib import Path

    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply
    from cortexd.evidence.scene import Scene

MAX_SHOWN = 8
# Between the two readings that CPU usage is computed from.
INTERVAL_S = 0.5
READ_LIMIT_S = 1.0

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One process: seconds of CPU time so far, resident bytes."""

    pid: int
    name: str
    seconds: float
    resident: int


async def collect_by_memory(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The processes that use the most memory."""
    del alert
    lines = await scene.worker.call(lambda: _list_largest(scene.proc), READ_LIMIT_S)
    return [{"title": "Processes with the most memory", "lines": lines}]


async def collect_by_cpu(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The processes that used the most CPU during half a second."""
    del alert
    before = await scene.worker.call(lambda: _read_processes(scene.proc), READ_LIMIT_S)
    await asyncio.sleep(INTERVAL_S)
    lines = await scene.worker.call(lambda: _list_busiest(scene.proc, before), READ_LIMIT_S)
    return [{"title": "Processes with the most CPU time", "lines": lines}]


def _list_largest(proc: Path) -> list[str]:
    largest = sorted(_read_processes(proc).values(), key=lambda process: -process.resident)
    return [
        f"{process.resident / 2**20:.0f} MiB {_describe(process, proc)}"
        for process in largest[:MAX_SHOWN]
        if process.resident
    ]


def _list_busiest(proc: Path, before: dict[int, Process]) -> list[str]:
    usages = [
        (process.seconds - before[pid].seconds, process)
        for pid, process in _read_processes(proc).items()
        if pid in before
    ]
    return [
        f"{100 * seconds / INTERVAL_S:.0f} % {_describe(process, proc)}"
        for seconds, process in sorted(usages, reverse=True)[:MAX_SHOWN]
        if seconds > 0
    ]


def _describe(process: Process, proc: Path) -> str:
    unit = read_unit(process.pid, proc)
    return f"{process.name} (pid {process.pid})" + (f" of {unit}" if unit else "")


def _read_processes(proc: Path) -> dict[int, Process]:
    processes = {}
    for entry in proc.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(errors="replace")
        except OSError:  # it has exited
            continue
        name = stat[stat.find("(") + 1 : stat.rfind(")")]
        fields = stat[stat.rfind(")") + 2 :].split()
        seconds = (int(fields[11]) + int(fields[12])) / _TICKS
        pid = int(entry.name)
        processes[pid] = Process(pid, name, seconds, int(fields[21]) * _PAGE)
    return processes
