"""Space, inodes and writability of every mounted file system.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind, merge
from cortexd.rules.gauge import MARGIN, gauge

if TYPE_CHECKING:
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
READ_ONLY = Kind(
    "disk_read_only",
    "disk_usage",
    "disks",
    raised_when="a file system turns read-only: it was writable before, should be by /etc/fstab, "
    "or reports an error of its own (error)",
    resolved_when="it is writable again, or is unmounted",
    hold_s=5,
)
KINDS = (SPACE, INODES, READ_ONLY)


def judge(reading: list[DiskUsage], thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Space, inodes and writability of each."""
    checks = (_judge_space, _judge_inodes, _judge_writability)
    return merge([check(disk, thresholds, raised) for disk in reading for check in checks])


def _judge_space(disk: DiskUsage, thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    mount, percent, free = disk["mount"], disk["used_percent"], disk["available_gb"]
    if _is_settled(SPACE, disk, raised):
        return Judgement([], {f"{SPACE.name}:{mount}": "read-only"})
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
    if _is_settled(INODES, disk, raised):
        return Judgement([], {f"{INODES.name}:{mount}": "read-only"})
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


def _judge_writability(
    disk: DiskUsage, _thresholds: ThresholdsSection, raised: Raised
) -> Judgement:
    mount = disk["mount"]
    key = f"{READ_ONLY.name}:{mount}"
    # After a restart nobody remembers that it was writable, so an open alert stays.
    if not disk["read_only"] or not (disk["turned_read_only"] or key in raised):
        return Judgement([], {key: "writable" if not disk["read_only"] else "read-only"})
    title = f"{mount} is read-only"
    message = f"{mount} ({disk['device']}) has turned read-only: nothing can be written to it"
    metadata = _describe_mount(disk)
    found = Finding(READ_ONLY.name, mount, "error", title, message, metadata, READ_ONLY.hold_s)
    return Judgement([found])


def _is_settled(kind: Kind, disk: DiskUsage, raised: Raised) -> bool:
    """Whether nobody can fill it up: it is read-only, and no alert is open."""
    return disk["read_only"] and f"{kind.name}:{disk['mount']}" not in raised


def _describe_mount(disk: DiskUsage) -> dict[str, str]:
    return {"mount": disk["mount"], "device": disk["device"], "fstype": disk["fstype"]}
