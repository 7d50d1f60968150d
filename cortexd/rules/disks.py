"""Space and inodes of every mounted file system.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Kind, merge
from cortexd.rules.gauge import MARGIN, gauge

if TYPE_CHECKING:
    from cortexd.alert import Judgement
    from cortexd.api.messages import DiskUsage
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised

_RESOLVED = f"usage falls {MARGIN:g} points below the threshold, or the file system is unmounted"

SPACE = Kind(
    "disk_space",
    "disk_usage",
    "disks",
    raised_when="a writable file system is {disk_warn} % full (warning) or {disk_crit} % "
    "(critical)",
    resolved_when=_RESOLVED,
    settings=("disk_warn", "disk_crit"),
    hold_s=5,
)
INODES = Kind(
    "disk_inodes",
    "disk_usage",
    "disks",
    raised_when="{inodes_warn} % of a file system's inodes are in use (warning) or "
    "{inodes_crit} % (critical)",
    resolved_when=_RESOLVED,
    settings=("inodes_warn", "inodes_crit"),
    hold_s=5,
)
KINDS = (SPACE, INODES)


def judge(reading: list[DiskUsage], thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Space and inodes of each."""
    checks = (_judge_space, _judge_inodes)
    return merge([check(disk, thresholds, raised) for disk in reading for check in checks])


def _judge_space(disk: DiskUsage, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    mount, percent = disk["mount"], disk["used_percent"]
    free = max(disk["total_gb"] - disk["used_gb"], 0)
    return gauge(
        SPACE,
        mount,
        percent,
        {"warning": thresholds.disk_warn, "critical": thresholds.disk_crit},
        raised,
        title=f"{mount} is running out of space",
        message=f"{mount} is {percent:g} % full: {disk['used_gb']:g} of {disk['total_gb']:g} GiB "
        f"used, {free:.2f} GiB free",
        normal=f"{percent:g} % full (threshold {thresholds.disk_warn:g} %)",
        metadata={
            **_describe_mount(disk),
            "used_percent": f"{percent:g}",
            "free_gb": f"{free:.2f}",
        },
    )


def _judge_inodes(disk: DiskUsage, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    mount, percent = disk["mount"], disk["inodes_percent"]
    return gauge(
        INODES,
        mount,
        percent,
        {"warning": thresholds.inodes_warn, "critical": thresholds.inodes_crit},
        raised,
        title=f"{mount} is running out of inodes",
        message=f"{mount} has used {percent:g} % of its inodes; at 100 % no file can be created",
        normal=f"{percent:g} % of inodes used (threshold {thresholds.inodes_warn:g} %)",
        metadata={**_describe_mount(disk), "inodes_percent": f"{percent:g}"},
    )


def _describe_mount(disk: DiskUsage) -> dict[str, str]:
    return {"mount": disk["mount"], "device": disk["device"], "fstype": disk["fstype"]}
