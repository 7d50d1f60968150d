"""CPU usage and load.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Kind, merge
from cortexd.rules.gauge import MARGIN, gauge
from cortexd.rules.listing import format_count

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.machine import CpuReading

USAGE = Kind(
    "cpu",
    "cpu_usage",
    "cpu",
    raised_when="usage of all CPUs together reaches {cpu_warn} % (warning)",
    resolved_when=f"usage falls {MARGIN:g} points below the threshold",
    settings=("cpu_warn",),
    hold_s=600,
)
LOAD = Kind(
    "load",
    "cpu_usage",
    "cpu",
    raised_when="the 5-minute load average reaches {load_warn} per CPU (warning)",
    resolved_when="the load falls below three quarters of the threshold",
    settings=("load_warn",),
    hold_s=300,
)
KINDS = (USAGE, LOAD)


def judge(reading: CpuReading, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Usage and load."""
    percent, load, cores = reading.percent, reading.load_5m, reading.cores
    cpus, limit = format_count(cores, "CPU"), thresholds.load_warn * cores
    usage = gauge(
        USAGE,
        "machine",
        percent,
        {"warning": thresholds.cpu_warn},
        raised,
        title="CPU usage stays high",
        message=f"CPU usage is {percent:g} % ({cpus})",
        normal=f"{percent:g} % used (threshold {thresholds.cpu_warn:g} %)",
        metadata={"used_percent": f"{percent:g}", "cores": f"{cores}"},
    )
    average = gauge(
        LOAD,
        "machine",
        load,
        {"warning": limit},
        raised,
        title="System overloaded",
        message=f"The 5-minute load average is {load:g} on {cpus}",
        normal=f"load average {load:g} (threshold {limit:g})",
        metadata={"load_5m": f"{load:g}", "cores": f"{cores}"},
        margin=limit / 4,
    )
    return merge([usage, average])
