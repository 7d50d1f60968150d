"""File handles of the whole machine.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Kind
from cortexd.rules.gauge import MARGIN, gauge

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.machine import FilesReading

OPEN_FILES = Kind(
    "open_files",
    "system",
    "open_files",
    raised_when="{open_files_warn} % of the machine's file handles are in use (warning) or "
    "{open_files_crit} % (critical)",
    resolved_when=f"usage falls {MARGIN:g} points below the threshold",
    settings=("open_files_warn", "open_files_crit"),
    hold_s=10,
)
KINDS = (OPEN_FILES,)


def judge(reading: FilesReading, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Handles in use against the kernel's limit."""
    percent, warn = reading.percent, thresholds.open_files_warn
    return gauge(
        OPEN_FILES,
        "machine",
        percent,
        {"warning": warn, "critical": thresholds.open_files_crit},
        raised,
        title="File handles are running out",
        message=f"{percent:g} % of file handles are in use: {reading.used} of {reading.limit}",
        normal=f"{percent:g} % used (threshold {warn:g} %)",
        metadata={"used": f"{reading.used}", "limit": f"{reading.limit}"},
    )
