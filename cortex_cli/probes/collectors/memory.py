"""Memory and swap, from /proc/meminfo and /proc/swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.meminfo import read_memory
from cortex_cli.probes.probe import Reading
from cortex_cli.probes.quantities import KIB, free_size, percent, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine


def summary(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Total, used, available, free and cached memory.  Used is what ``free`` counts."""
    known = read_memory(machine.root)
    if "MemTotal" not in known:
        return Reading(case="unreadable")
    total = known["MemTotal"]
    available = known["MemAvailable"]
    used = total - available
    cached = known.get("Buffers", 0) + known.get("Cached", 0) + known.get("SReclaimable", 0)
    return Reading(
        {
            "total": size(total),
            "available": size(available),
            "used": size(used),
            "free": size(known.get("MemFree", 0)),
            "cached": size(cached),
            "shared": size(known.get("Shmem", 0)),
            "percent": percent(available, total),
            "used_percent": percent(used, total),
            "total_mib": f"{total // 1024**2} MiB",
            "available_mib": f"{available // 1024**2} MiB",
            "total_kib": total // KIB,
        },
        rows=_table(known, total, used, cached, available),
    )


def swap(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Total, used and free swap, and where it is."""
    known = read_memory(machine.root)
    if "SwapTotal" not in known:
        return Reading(case="unreadable")
    total, free = known["SwapTotal"], known.get("SwapFree", 0)
    if not total:
        return Reading({"total": "0 B", "used": "0 B", "free": "0 B"}, case="none")
    areas = [line.split()[0] for line in machine.lines("/proc/swaps")[1:] if line.strip()]
    return Reading(
        {
            "total": size(total),
            "used": size(total - free),
            "free": size(free),
            "percent": percent(total - free, total),
            "total_mib": f"{total // 1024**2} MiB",
            "areas": ", ".join(areas),
        }
    )


def _table(
    known: Mapping[str, int], total: int, used: int, cached: int, available: int
) -> tuple[str, ...]:
    """As ``free -h`` shows it."""
    heads = ("total", "used", "free", "shared", "buff/cache", "available")
    amounts = (total, used, known.get("MemFree", 0), known.get("Shmem", 0), cached, available)
    return (
        "".join(f"{head:>12}" for head in heads),
        "".join(f"{free_size(amount):>12}" for amount in amounts),
    )
