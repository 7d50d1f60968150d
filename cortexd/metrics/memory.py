"""Memory and swap as they matter: what programs can still get.

The kernel's MemAvailable is not the whole of it.  ZFS's cache counts as used there, although it
shrinks; the pool of huge pages is neither used nor free; and a container may get less than its
host has.  Collects, never judges; ``root`` points at a copy in tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

KIB = 1024
MIB = 1024 * KIB


class Memory(NamedTuple):
    """MiB, and the share that is in use of what is not ``set_aside`` for huge pages."""

    percent: float
    used_mb: float
    total_mb: float
    set_aside_mb: float = 0.0


class Swap(NamedTuple):
    """Percent and MiB; zeros without swap."""

    percent: float
    used_mb: float
    total_mb: float


def read_memory(root: Path = Path("/")) -> Memory:
    """Memory in use; caches do not count."""
    known = _read_meminfo(root)
    total = known["MemTotal"]
    free = known.get("MemFree", 0) + known.get("Buffers", 0) + known.get("Cached", 0)
    available = known.get("MemAvailable", max(0, free - known.get("Shmem", 0)))
    available = min(available + _read_zfs_cache(root), total)
    huge = known.get("Hugetlb", known.get("HugePages_Total", 0) * known.get("Hugepagesize", 0))
    huge = min(huge, total - available)
    used = total - available - huge
    if (limited := _read_limit(root)) is not None and limited[1] < total:
        used, total, huge = min(limited[0], limited[1]), limited[1], 0
    usable = max(1, total - huge)
    return Memory(round(100 * used / usable, 1), _to_mib(used), _to_mib(total), _to_mib(huge))


def read_swap(root: Path = Path("/")) -> Swap:
    """Swap in use."""
    known = _read_meminfo(root)
    total = known.get("SwapTotal", 0)
    used = max(0, total - known.get("SwapFree", 0))
    return Swap(round(100 * used / total, 1) if total else 0.0, _to_mib(used), _to_mib(total))


def _read_meminfo(root: Path) -> dict[str, int]:
    """Bytes by name; what has no unit is a count."""
    found = {}
    for line in (root / "proc/meminfo").read_text(errors="replace").split("\n"):
        name, _, rest = line.partition(":")
        amount = rest.split()
        if amount and amount[0].isdecimal():
            found[name] = int(amount[0]) * (KIB if amount[-1] == "kB" else 1)
    return found


def _read_zfs_cache(root: Path) -> int:
    """What ZFS's cache (ARC) gives back when memory runs short: all above its minimum."""
    rows = _read(root / "proc/spl/kstat/zfs/arcstats").split("\n")
    known = {row[0]: row[2] for line in rows if len(row := line.split()) == 3}
    size, least = known.get("size", ""), known.get("c_min", "")
    return max(0, int(size) - int(least)) if size.isdecimal() and least.isdecimal() else 0


def _read_limit(root: Path) -> tuple[int, int] | None:
    """Use and limit of the control group that is the root of what this process sees.

    Only a container has one there; the limit of the daemon's own service is not the machine's.
    """
    groups = root / "sys/fs/cgroup"
    for folder, names, cache in (
        (groups, ("memory.current", "memory.max"), "inactive_file"),
        (groups / "memory", ("memory.usage_in_bytes", "memory.limit_in_bytes"),
         "total_inactive_file"),
    ):  # fmt: skip
        use, limit = (_read(folder / name).strip() for name in names)
        if use.isdecimal() and limit.isdecimal():
            rows = (line.split() for line in _read(folder / "memory.stat").split("\n"))
            caches = next((int(row[1]) for row in rows if row[:1] == [cache]), 0)
            return max(0, int(use) - caches), int(limit)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _to_mib(count: int) -> float:
    return round(count / MIB, 1)
