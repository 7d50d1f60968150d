"""Tasks that wait for memory or for disks, as the kernel's pressure figures say.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Judgement, Kind, merge
from cortexd.rules.gauge import MARGIN, gauge

if TYPE_CHECKING:
    from cortexd.api.messages import Pressure
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Limits, Raised

_RESOLVED = f"the share falls {MARGIN:g} points below the threshold"

MEMORY = Kind(
    "pressure_memory",
    "memory_usage",
    "pressure",
    raised_when="tasks wait for memory {pressure_memory_warn} % of the time (error)",
    resolved_when=_RESOLVED,
    settings=("pressure_memory_warn",),
    hold_s=30,
)
IO = Kind(
    "pressure_io",
    "disk_usage",
    "pressure",
    raised_when="tasks wait for disk I/O {pressure_io_warn} % of the time (warning)",
    resolved_when=_RESOLVED,
    settings=("pressure_io_warn",),
    hold_s=120,
)
KINDS = (MEMORY, IO)


def judge(reading: Pressure, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Memory and disk I/O; a figure that the kernel does not expose is not judged."""
    memory: Limits = {"error": thresholds.pressure_memory_warn}
    io: Limits = {"warning": thresholds.pressure_io_warn}
    return merge(
        [
            _judge_resource(MEMORY, "memory", reading["memory"], memory, raised),
            _judge_resource(IO, "disk I/O", reading["io"], io, raised),
        ]
    )


def _judge_resource(
    kind: Kind, resource: str, percent: float | None, limits: Limits, raised: Raised
) -> Judgement:
    if percent is None:
        return Judgement()
    return gauge(
        kind,
        "machine",
        percent,
        limits,
        raised,
        title=f"Tasks stalled waiting for {resource}",
        message=f"Tasks waited for {resource} during {percent:g} % of the last 10 s",
        normal=f"waiting {percent:g} % of the time (threshold {min(limits.values()):g} %)",
        metadata={"some_avg10": f"{percent:g}"},
    )
