"""Memory and swap.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Kind, merge
from cortexd.rules.gauge import MARGIN, gauge

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.machine import MemoryReading

MEMORY = Kind(
    "memory",
    "memory_usage",
    "memory",
    raised_when="memory usage reaches {mem_warn} % (warning) or {mem_crit} % (critical); caches, "
    "also of ZFS, and pages set aside do not count; in a container its own limit counts",
    resolved_when=f"usage falls {MARGIN:g} points below the threshold",
    settings=("mem_warn", "mem_crit"),
    hold_s=15,
)
SWAP = Kind(
    "swap",
    "memory_usage",
    "memory",
    raised_when="swap usage reaches {swap_warn} % (warning)",
    resolved_when=f"usage falls {MARGIN:g} points below the threshold",
    settings=("swap_warn",),
    hold_s=120,
)
KINDS = (MEMORY, SWAP)


def judge(reading: MemoryReading, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Memory and swap."""
    percent, swapped = reading.percent, reading.swap_percent
    usable = reading.total_mb - reading.set_aside_mb
    available = usable - reading.used_mb
    huge = f"; {reading.set_aside_mb:.0f} MiB are set aside for huge pages"
    memory = gauge(
        MEMORY,
        "machine",
        percent,
        {"warning": thresholds.mem_warn, "critical": thresholds.mem_crit},
        raised,
        title="Memory is running low",
        message=f"{percent:g} % of memory is in use: {reading.used_mb:.0f} of "
        f"{usable:.0f} MiB, {available:.0f} MiB available{huge if reading.set_aside_mb else ''}",
        normal=f"{percent:g} % used (threshold {thresholds.mem_warn:g} %)",
        metadata={"used_percent": f"{percent:g}", "available_mb": f"{available:.0f}"},
    )
    swap = gauge(
        SWAP,
        "machine",
        swapped,
        {"warning": thresholds.swap_warn},
        raised,
        title="Swap space is running low",
        message=f"{swapped:g} % of swap space is in use: {reading.swap_used_mb:.0f} of "
        f"{reading.swap_total_mb:.0f} MiB",
        normal=f"{swapped:g} % used (threshold {thresholds.swap_warn:g} %)",
        metadata={"used_percent": f"{swapped:g}"},
    )
    return merge([memory, swap])
