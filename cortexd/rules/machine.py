"""Processors, memory, disks, pressure, file handles, temperature, reboot.  Pure.

Every rule takes a reading, the thresholds, and which of its alerts are open, by key with
their severity: an open alert is only taken back once the value is clearly below the mark
that raised it (``MARGIN``), so that a value on the edge does not flap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import RANK, Finding, Judgement, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.api.messages import DiskUsage, Pressure, Severity
    from cortexd.config import ThresholdsSection
    from cortexd.sources.machine import CpuReading, FilesReading, MemoryReading
    from cortexd.sources.temperature import Temperature

    Held = Mapping[str, Severity]

# Percentage points (or degrees) below its mark at which an alert is taken back.
MARGIN = 3.0

KINDS = (
    Kind(
        "disk_space", "disk_usage", "disks",
        "a writable file system is {disk_warn} % full (warning) or {disk_crit} % (critical)",
        f"it is {MARGIN:g} points below the mark for 10 s, or the file system is gone",
        ("disk_warn", "disk_crit"),
    ),
    Kind(
        "disk_inodes", "disk_usage", "disks",
        "{inodes_warn} % of a file system's inodes are used (warning), "
        "or {inodes_crit} % (critical)",
        f"{MARGIN:g} points below the mark for 10 s, or the file system is gone",
        ("inodes_warn", "inodes_crit"),
    ),
    Kind(
        "memory", "memory_usage", "memory",
        "{mem_warn} % of the memory is in use, caches left out, for 15 s (warning), "
        "or {mem_crit} % (critical)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("mem_warn", "mem_crit"),
    ),
    Kind(
        "swap", "memory_usage", "memory",
        "{swap_warn} % of the swap space is in use for two minutes (warning)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("swap_warn",),
    ),
    Kind(
        "cpu", "cpu_usage", "cpu",
        "all processors together are {cpu_warn} % busy for ten minutes (warning)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("cpu_warn",),
    ),
    Kind(
        "load", "cpu_usage", "cpu",
        "the load average of five minutes is {load_warn} per processor for five minutes (warning)",
        "it is below three quarters of the mark for 10 s",
        ("load_warn",),
    ),
    Kind(
        "pressure_memory", "memory_usage", "pressure",
        "tasks wait for memory {pressure_memory_warn} % of the time for 30 s (error)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("pressure_memory_warn",),
    ),
    Kind(
        "pressure_io", "disk_usage", "pressure",
        "tasks wait for disks {pressure_io_warn} % of the time for two minutes (warning)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("pressure_io_warn",),
    ),
    Kind(
        "open_files", "system", "open_files",
        "{open_files_warn} % of the machine's file handles are in use (warning), "
        "or {open_files_crit} % (critical)",
        f"{MARGIN:g} points below the mark for 10 s",
        ("open_files_warn", "open_files_crit"),
    ),
    Kind(
        "temperature", "system", "temperature",
        "a sensor is above its own high mark for 30 s (warning) or its critical mark (critical); "
        "90 and 100 °C where it tells none",
        f"it is {MARGIN:g} °C below the mark for 10 s",
    ),
    Kind(
        "reboot", "system", "reboot",
        "a package has asked for a reboot (/run/reboot-required)",
        "the machine was rebooted",
    ),
)  # fmt: skip


def level(
    value: float, warn: float, crit: float | None, held: Severity | None, margin: float = MARGIN
) -> Severity | None:
    """The severity of ``value``, with hysteresis from the severity held so far."""
    raised = RANK[held] if held else 0
    if crit is not None and value >= crit - (margin if raised >= RANK["critical"] else 0):
        return "critical"
    if value >= warn - (margin if raised >= RANK["warning"] else 0):
        return "warning"
    return None


def disks(reading: list[DiskUsage], marks: ThresholdsSection, held: Held) -> Judgement:
    """Space and inodes of every mount."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    for disk in reading:
        mount = disk["mount"]
        told = {"mount": mount, "device": disk["device"], "fstype": disk["fstype"]}
        percent, key = disk["used_percent"], f"disk_space:{mount}"
        free_gb = disk["total_gb"] - disk["used_gb"]
        if severity := level(percent, marks.disk_warn, marks.disk_crit, held.get(key)):
            text = (
                f"{mount} is {percent:g} % full: {disk['used_gb']:g} of {disk['total_gb']:g} GiB "
                f"are used, {max(free_gb, 0):.2f} GiB are free"
            )
            more = {"used_percent": f"{percent:g}", "free_gb": f"{max(free_gb, 0):.2f}"}
            title = f"Disk space on {mount} is running out"
            findings.append(
                Finding("disk_space", mount, severity, title, text, {**told, **more}, hold_s=5)
            )
        else:
            normal[key] = f"{mount} is {percent:g} % full; the mark is {marks.disk_warn:g} %"
        percent, key = disk["inodes_percent"], f"disk_inodes:{mount}"
        if severity := level(percent, marks.inodes_warn, marks.inodes_crit, held.get(key)):
            text = (
                f"{percent:g} % of the inodes of {mount} are used; without inodes "
                "no file can be made"
            )
            more = {"inodes_percent": f"{percent:g}"}
            title = f"Inodes on {mount} are running out"
            findings.append(
                Finding("disk_inodes", mount, severity, title, text, {**told, **more}, hold_s=5)
            )
        else:
            normal[key] = (
                f"{percent:g} % of the inodes are used; the mark is {marks.inodes_warn:g} %"
            )
    return Judgement(findings, normal)


def memory(reading: MemoryReading, marks: ThresholdsSection, held: Held) -> Judgement:
    """Memory and swap."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    percent = reading.percent
    if severity := level(percent, marks.mem_warn, marks.mem_crit, held.get("memory:machine")):
        free = reading.total_mb - reading.used_mb
        text = (
            f"{percent:g} % of the memory is in use: {reading.used_mb:.0f} of "
            f"{reading.total_mb:.0f} MiB; {free:.0f} MiB are available"
        )
        told = {"used_percent": f"{percent:g}", "available_mb": f"{free:.0f}"}
        title = "Memory is running out"
        findings.append(Finding("memory", "machine", severity, title, text, told, hold_s=15))
    else:
        normal["memory:machine"] = f"{percent:g} % is in use; the mark is {marks.mem_warn:g} %"
    percent = reading.swap_percent
    if severity := level(percent, marks.swap_warn, None, held.get("swap:machine")):
        text = (
            f"{percent:g} % of the swap space is in use: {reading.swap_used_mb:.0f} of "
            f"{reading.swap_total_mb:.0f} MiB"
        )
        told = {"used_percent": f"{percent:g}"}
        title = "Swap space is running out"
        findings.append(Finding("swap", "machine", severity, title, text, told, hold_s=120))
    else:
        normal["swap:machine"] = f"{percent:g} % is in use; the mark is {marks.swap_warn:g} %"
    return Judgement(findings, normal)


def cpu(reading: CpuReading, marks: ThresholdsSection, held: Held) -> Judgement:
    """Use and load of the processors."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    if severity := level(reading.percent, marks.cpu_warn, None, held.get("cpu:machine")):
        text = f"the {reading.cores} processors are {reading.percent:g} % busy"
        told = {"used_percent": f"{reading.percent:g}", "cores": f"{reading.cores}"}
        title = "The processors are busy all the time"
        findings.append(Finding("cpu", "machine", severity, title, text, told, hold_s=600))
    else:
        normal["cpu:machine"] = f"{reading.percent:g} % busy; the mark is {marks.cpu_warn:g} %"
    load, mark = reading.load_5m, marks.load_warn * reading.cores
    if severity := level(load, mark, None, held.get("load:machine"), margin=mark / 4):
        text = f"the load average of five minutes is {load:g} on {reading.cores} processors"
        told = {"load_5m": f"{load:g}", "cores": f"{reading.cores}"}
        title = "Far more work than the processors can do"
        findings.append(Finding("load", "machine", severity, title, text, told, hold_s=300))
    else:
        normal["load:machine"] = f"the load is {load:g}; the mark is {mark:g}"
    return Judgement(findings, normal)


def pressure(reading: Pressure, marks: ThresholdsSection, held: Held) -> Judgement:
    """What tasks wait for."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    cases: tuple[tuple[str, float | None, float, str, Severity, float], ...] = (
        ("memory", reading["memory"], marks.pressure_memory_warn, "memory", "error", 30),
        ("io", reading["io"], marks.pressure_io_warn, "the disks", "warning", 120),
    )
    for name, value, mark, words, severity, hold_s in cases:
        if value is None:
            continue
        kind = f"pressure_{name}"
        if level(value, mark, None, held.get(f"{kind}:machine")):
            text = f"in {value:g} % of the last 10 s some task waited for {words}"
            told = {"some_avg10": f"{value:g}"}
            title = f"Work stands still waiting for {words}"
            findings.append(Finding(kind, "machine", severity, title, text, told, hold_s))
        else:
            normal[f"{kind}:machine"] = f"waiting is at {value:g} %; the mark is {mark:g} %"
    return Judgement(findings, normal)


def open_files(reading: FilesReading, marks: ThresholdsSection, held: Held) -> Judgement:
    """File handles of the whole machine."""
    key, percent = "open_files:machine", reading.percent
    warn, crit = marks.open_files_warn, marks.open_files_crit
    if severity := level(percent, warn, crit, held.get(key)):
        text = f"{reading.used} of {reading.limit} file handles are in use ({percent:g} %)"
        told = {"used": f"{reading.used}", "limit": f"{reading.limit}"}
        title = "File handles are running out"
        return Judgement([Finding("open_files", "machine", severity, title, text, told, hold_s=10)])
    return Judgement([], {key: f"{percent:g} % are in use; the mark is {warn:g} %"})


def temperature(reading: list[Temperature], _marks: ThresholdsSection, held: Held) -> Judgement:
    """Every sensor by its own limits."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    for sensor in reading:
        key, celsius = f"temperature:{sensor.sensor}", sensor.celsius
        if severity := level(celsius, sensor.high, sensor.critical, held.get(key)):
            text = f"{sensor.sensor} is at {celsius:g} °C; its high mark is {sensor.high:g} °C"
            told = {"sensor": sensor.sensor, "celsius": f"{celsius:g}", "high": f"{sensor.high:g}"}
            title = f"{sensor.sensor} is hot"
            findings.append(
                Finding("temperature", sensor.sensor, severity, title, text, told, hold_s=30)
            )
        else:
            normal[key] = f"it is at {celsius:g} °C; the mark is {sensor.high:g} °C"
    return Judgement(findings, normal)


def reboot(reading: list[str] | None, _marks: ThresholdsSection, _held: Held) -> Judgement:
    """A reboot that packages asked for."""
    if reading is None:
        return Judgement([], {"reboot:machine": "nothing asks for a reboot any more"})
    names = ", ".join(reading[:20]) or "a package"
    text = f"a reboot finishes the update of {names}"
    told = {"packages": " ".join(reading[:50])}
    return Judgement(
        [Finding("reboot", "machine", "info", "A reboot is required", text, told, hold_s=60)]
    )
