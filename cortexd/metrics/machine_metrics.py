"""The monitor's readings as metrics: base units, ratios from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortexd.monitoring.monitor import Monitor

MIB = 1024 * 1024

# Name, kind, help, samples: labels as they are written, and the value.
Metric = tuple[str, str, str, list[tuple[str, float]]]


def list_metrics(monitor: Monitor) -> Iterator[Metric]:
    """Every metric that has a reading."""
    yield from _list_alert_metrics(monitor)
    yield from _list_machine_metrics(monitor)
    yield from _list_package_metrics(monitor)


def _list_alert_metrics(monitor: Monitor) -> Iterator[Metric]:
    counts = monitor.book.store.count_by_status()
    samples = [
        (format_labels(severity=severity, status=status), float(count))
        for (status, severity), count in sorted(counts.items())
    ]
    yield "cortexd_alerts", "gauge", "Stored alerts by severity and status.", samples
    waiting = float(len(monitor.book.store.unsaved))
    yield "cortexd_alerts_unsaved", "gauge", "Alerts not yet written to disk.", [("", waiting)]
    left_out = [(format_labels(source=name), 1.0) for name in sorted(monitor.collector.left_out)]
    yield (
        "cortexd_source_left_out",
        "gauge",
        "1 for a source that failed and is not monitored.",
        left_out,
    )
    turns = float(monitor.turns)
    yield "cortexd_monitor_turns_total", "counter", "Turns of the monitor's loop.", [("", turns)]


def _list_machine_metrics(monitor: Monitor) -> Iterator[Metric]:
    readings = monitor.readings
    if cpu := readings.get("cpu"):
        busy = cpu.percent / 100
        yield "cortexd_cpu_busy_ratio", "gauge", "Share of CPU time in use.", [("", busy)]
        yield "cortexd_load1", "gauge", "1-minute load average.", [("", cpu.load_1m)]
    if memory := readings.get("memory"):
        used, total = memory.used_mb * MIB, memory.total_mb * MIB
        yield "cortexd_memory_used_bytes", "gauge", "Memory in use, without caches.", [("", used)]
        yield "cortexd_memory_total_bytes", "gauge", "Total memory.", [("", total)]
        swapped = memory.swap_used_mb * MIB
        yield "cortexd_swap_used_bytes", "gauge", "Swap space in use.", [("", swapped)]
    if pressure := readings.get("pressure"):
        waits = [(format_labels(resource=k), v / 100) for k, v in pressure.items() if v is not None]
        text = "Share of the last 10 s during which some task waited."
        yield "cortexd_pressure_waiting_ratio", "gauge", text, waits
    if disks := readings.get("disks"):
        mounts = [(format_labels(mount=disk["mount"]), disk) for disk in disks]
        space = [(mount, disk["used_percent"] / 100) for mount, disk in mounts]
        yield "cortexd_disk_used_ratio", "gauge", "Share of a file system in use.", space
        inodes = [(mount, disk["inodes_percent"] / 100) for mount, disk in mounts]
        yield (
            "cortexd_disk_inodes_used_ratio",
            "gauge",
            "Share of a file system's inodes in use.",
            inodes,
        )
        turned = [(mount, float(disk["turned_read_only"])) for mount, disk in mounts]
        text = "1 for a file system that turned read-only."
        yield "cortexd_disk_turned_read_only", "gauge", text, turned
    if files := readings.get("open_files"):
        yield "cortexd_open_files", "gauge", "File handles in use.", [("", float(files.used))]
    if temperatures := readings.get("temperature"):
        degrees = [
            (format_labels(sensor=one.sensor, id=one.identity), one.celsius)
            for one in temperatures
            if not one.is_faulty
        ]
        yield "cortexd_temperature_celsius", "gauge", "Temperature of a sensor.", degrees


def _list_package_metrics(monitor: Monitor) -> Iterator[Metric]:
    readings = monitor.readings
    if (updates := readings.get("apt")) is not None:
        secure = sum(update.security for update in updates)
        samples = [
            (format_labels(archive="security"), float(secure)),
            (format_labels(archive="other"), float(len(updates) - secure)),
        ]
        yield "cortexd_updates_pending", "gauge", "Updates in the local package lists.", samples
    if (units := readings.get("units")) is not None:
        failed = float(sum(unit.active == "failed" for unit in units))
        yield "cortexd_units_failed", "gauge", "systemd units in the state failed.", [("", failed)]
    if "reboot" in readings:
        wanted = float(readings["reboot"] is not None)
        yield (
            "cortexd_reboot_required",
            "gauge",
            "1 if a package has requested a reboot.",
            [("", wanted)],
        )


def format_labels(**values: str) -> str:
    """Labels in the text format."""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in values.items()) + "}"


def _escape(value: str) -> str:
    text = value.encode("utf-8", "replace").decode()
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
