"""What the kernel says of memory, in bytes, with what ZFS's cache gives back.

MemAvailable counts that cache as used although it shrinks when memory runs short.  Pure parsing
of two files; judges nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KIB = 1024


def read_memory(root: Path) -> dict[str, int]:
    """The fields of /proc/meminfo by name; ``MemAvailable`` includes what ZFS gives back.

    Empty where there is none; pages set aside (``Hugetlb``) are neither used nor available.
    """
    known = {}
    for line in _read(root / "proc/meminfo").split("\n"):
        name, _, rest = line.partition(":")
        amount = rest.split()
        if amount and amount[0].isdecimal():
            known[name.strip()] = int(amount[0]) * (KIB if amount[-1] == "kB" else 1)
    if "MemTotal" in known:
        free = known.get("MemFree", 0) + known.get("Buffers", 0) + known.get("Cached", 0)
        guessed = max(0, free - known.get("Shmem", 0))  # a kernel before 3.14
        available = known.get("MemAvailable", guessed) + _read_zfs_cache(root)
        known["MemAvailable"] = min(available, known["MemTotal"])
    return known


def _read_zfs_cache(root: Path) -> int:
    """What the cache (ARC) has above its minimum."""
    rows = (line.split() for line in _read(root / "proc/spl/kstat/zfs/arcstats").split("\n"))
    known = {row[0]: row[2] for row in rows if len(row) == 3}
    size, least = known.get("size", ""), known.get("c_min", "")
    return max(0, int(size) - int(least)) if size.isdecimal() and least.isdecimal() else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
