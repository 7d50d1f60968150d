"""What this process may use of the machine: memory under its caps, cores it may run on.

Read from /proc and /sys only, below a `root` that tests point at a folder. Memory: RAM, or
the tightest limit of the control groups above us, version 2 or 1. Cores: physical ones (a
hyperthread adds nothing to matrix arithmetic) among those we may run on, and no more than
the CPU quota.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ARC_STATISTICS = "proc/spl/kstat/zfs/arcstats"
V1_NO_LIMIT = 1 << 60  # version 1 says "none" as the largest multiple of a page


@dataclass(frozen=True)
class Machine:
    """Bytes of memory and physical cores; `memory_source` says what sets the memory."""

    memory: int
    memory_source: str
    available: int
    cores: int


def inspect(root: Path = Path("/"), affinity: set[int] | None = None) -> Machine:
    """Look at the machine; figures that cannot be read count as unlimited, one core at least."""
    total, available = _read_meminfo(root)
    memory, source = total, "RAM"
    for limit, file in _read_memory_limits(root):
        if limit < memory:
            memory, source = limit, str(file)
    cpus = os.sched_getaffinity(0) if affinity is None else affinity
    cores = min(_count_physical_cores(root, cpus), _read_quota(root))
    return Machine(memory, source, min(available, memory), max(1, cores))


def read_memory_limit(root: Path = Path("/")) -> int | None:
    """The tightest memory limit of the control groups above us, in bytes; None without one."""
    return min((limit for limit, _ in _read_memory_limits(root)), default=None)


def _read_meminfo(root: Path) -> tuple[int, int]:
    figures = {}
    for line in _read_text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        if rest.split() and rest.split()[0].isdigit():
            figures[name] = int(rest.split()[0]) * 1024
    total = figures.get("MemTotal", V1_NO_LIMIT)
    available = figures.get("MemAvailable", total) + _read_zfs_cache(root)
    return total, min(available, total)


def _read_zfs_cache(root: Path) -> int:
    """What ZFS's cache gives back when memory runs short; MemAvailable counts it as used."""
    rows = (line.split() for line in _read_text(root / ARC_STATISTICS).splitlines())
    figures = {row[0]: row[2] for row in rows if len(row) == 3}
    size, least = figures.get("size", ""), figures.get("c_min", "")
    return max(0, int(size) - int(least)) if size.isdigit() and least.isdigit() else 0


def _list_groups(root: Path) -> Iterator[tuple[str, Path]]:
    """Every control group we are in and those above it, as (controllers, folder)."""
    for line in _read_text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        base = root / "sys/fs/cgroup"
        if controllers:
            base = base / controllers.removeprefix("name=")
        parts = [part for part in group.split("/") if part not in ("", "..")]
        for depth in range(len(parts), -1, -1):
            yield controllers, base.joinpath(*parts[:depth])


def _read_memory_limits(root: Path) -> Iterator[tuple[int, Path]]:
    for controllers, folder in _list_groups(root):
        names = ("memory.max", "memory.high") if not controllers else ("memory.limit_in_bytes",)
        for name in names:
            text = _read_text(folder / name).strip()
            if text.isdigit() and 0 < int(text) < V1_NO_LIMIT:
                yield int(text), folder / name


def _read_quota(root: Path) -> int:
    """How many whole cores the CPU quota is worth; rounded up, half a core still computes."""
    tightest = 1 << 16
    for controllers, folder in _list_groups(root):
        if not controllers:
            fields = _read_text(folder / "cpu.max").split()
        else:
            fields = [
                _read_text(folder / "cpu.cfs_quota_us").strip(),
                _read_text(folder / "cpu.cfs_period_us").strip(),
            ]
        if len(fields) == 2 and all(part.isdigit() and int(part) > 0 for part in fields):
            tightest = min(tightest, -(-int(fields[0]) // int(fields[1])))
    return tightest


def _count_physical_cores(root: Path, cpus: set[int]) -> int:
    cores = set()
    for cpu in cpus:
        topology = root / f"sys/devices/system/cpu/cpu{cpu}/topology"
        package = _read_text(topology / "physical_package_id").strip()
        core = _read_text(topology / "core_id").strip()
        cores.add((package, core) if core else (str(cpu), ""))
    return len(cores)


def _read_text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
