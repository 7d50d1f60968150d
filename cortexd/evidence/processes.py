"""The processes that use the most memory or time, with the unit that each belongs to."""

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

SHOWN = 8
# Between the two readings that make a share of processor time.
INTERVAL_S = 0.5
READ_LIMIT_S = 1.0

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One process: seconds of processor time so far, resident bytes."""

    pid: int
    name: str
    seconds: float
    resident: int


async def by_memory(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """Who holds the most memory."""
    del alert
    lines = await scene.worker.call(lambda: _largest(scene.proc), READ_LIMIT_S)
    return [{"title": "Processes with the most memory", "lines": lines}]


async def by_cpu(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """Who used the processors during half a second."""
    del alert
    before = await scene.worker.call(lambda: _all(scene.proc), READ_LIMIT_S)
    await asyncio.sleep(INTERVAL_S)
    lines = await scene.worker.call(lambda: _busiest(scene.proc, before), READ_LIMIT_S)
    return [{"title": "Processes with the most processor time", "lines": lines}]


def _largest(proc: Path) -> list[str]:
    found = sorted(_all(proc).values(), key=lambda process: -process.resident)[:SHOWN]
    return [
        f"{process.resident / 2**20:.0f} MiB {process.name} (pid {process.pid}){_in(process, proc)}"
        for process in found
        if process.resident
    ]


def _busiest(proc: Path, before: dict[int, Process]) -> list[str]:
    used = [
        (process.seconds - before[pid].seconds, process)
        for pid, process in _all(proc).items()
        if pid in before
    ]
    return [
        f"{100 * seconds / INTERVAL_S:.0f} % {process.name} (pid {process.pid}){_in(process, proc)}"
        for seconds, process in sorted(used, reverse=True)[:SHOWN]
        if seconds > 0
    ]


def _in(process: Process, proc: Path) -> str:
    unit = read_unit(process.pid, proc)
    return f" of {unit}" if unit else ""


def _all(proc: Path) -> dict[int, Process]:
    found = {}
    for entry in proc.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(errors="replace")
        except OSError:  # it has ended
            continue
        name = stat[stat.find("(") + 1 : stat.rfind(")")]
        fields = stat[stat.rfind(")") + 2 :].split()
        seconds = (int(fields[11]) + int(fields[12])) / _TICKS
        pid = int(entry.name)
        found[pid] = Process(pid, name, seconds, int(fields[21]) * _PAGE)
    return found
