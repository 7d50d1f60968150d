"""What the monitor knows of the machine, as metrics: base units, ratios from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortexd.monitoring.monitor import Monitor

MIB = 1024 * 1024

# Name, kind, help, samples: labels as they are written, and the value.
Metric = tuple[str, str, str, list[tuple[str, float]]]


def metrics(monitor: Monitor) -> Iterator[Metric]:
    """Every metric there is a reading for."""
    yield from _alerts(monitor)
    yield from _machine(monitor)
    yield from _packages(monitor)


def _alerts(monitor: Monitor) -> Iterator[Metric]:
    counts = monitor.book.store.count_by_status()
    samples = [
        (labels(severity=severity, status=status), float(count))
        for (status, severity), count in sorted(counts.items())
    ]
    yield "cortexd_alerts", "gauge", "Alerts kept, by severity and status.", samples
    waiting = float(len(monitor.book.store.unsaved))
    yield "cortexd_alerts_unsaved", "gauge", "Alerts not yet written to disk.", [("", waiting)]
    left_out = [(labels(source=name), 1.0) for name in sorted(monitor.collector.left_out)]
    yield "cortexd_source_left_out", "gauge", "1 for what failed and is not watched.", left_out
    turns = float(monitor.turns)
    yield "cortexd_monitor_turns_total", "counter", "Turns of the monitor's loop.", [("", turns)]


def _machine(monitor: Monitor) -> Iterator[Metric]:
    seen = monitor.readings
    if cpu := seen.get("cpu"):
        busy = cpu.percent / 100
        yield "cortexd_cpu_busy_ratio", "gauge", "Processors' busy share.", [("", busy)]
        yield "cortexd_load1", "gauge", "Load average of a minute.", [("", cpu.load_1m)]
    if memory := seen.get("memory"):
        used, total = memory.used_mb * MIB, memory.total_mb * MIB
        yield "cortexd_memory_used_bytes", "gauge", "Memory in use, no caches.", [("", used)]
        yield "cortexd_memory_total_bytes", "gauge", "Memory there is.", [("", total)]
        swapped = memory.swap_used_mb * MIB
        yield "cortexd_swap_used_bytes", "gauge", "Swap space in use.", [("", swapped)]
    if pressure := seen.get("pressure"):
        waits = [(labels(resource=k), v / 100) for k, v in pressure.items() if v is not None]
        text = "Share of the last 10 s in which some task waited."
        yield "cortexd_pressure_waiting_ratio", "gauge", text, waits
    if disks := seen.get("disks"):
        mounts = [(labels(mount=disk["mount"]), disk) for disk in disks]
        space = [(mount, disk["used_percent"] / 100) for mount, disk in mounts]
        yield "cortexd_disk_used_ratio", "gauge", "Used share of a file system.", space
        inodes = [(mount, disk["inodes_percent"] / 100) for mount, disk in mounts]
        yield "cortexd_disk_inodes_used_ratio", "gauge", "Used share of its inodes.", inodes
    if files := seen.get("open_files"):
        yield "cortexd_open_files", "gauge", "File handles in use.", [("", float(files.used))]
    if temperatures := seen.get("temperature"):
        degrees = [(labels(sensor=t.sensor), t.celsius) for t in temperatures]
        yield "cortexd_temperature_celsius", "gauge", "Temperature of a sensor.", degrees


def _packages(monitor: Monitor) -> Iterator[Metric]:
    seen = monitor.readings
    if (updates := seen.get("apt")) is not None:
        secure = sum(update.security for update in updates)
        samples = [
            (labels(archive="security"), float(secure)),
            (labels(archive="other"), float(len(updates) - secure)),
        ]
        yield "cortexd_updates_pending", "gauge", "Updates the local lists know of.", samples
    if (units := seen.get("units")) is not None:
        failed = float(sum(unit.active == "failed" for unit in units))
        yield "cortexd_units_failed", "gauge", "Units in the state failed.", [("", failed)]
    if "reboot" in seen:
        wanted = float(seen["reboot"] is not None)
        yield "cortexd_reboot_required", "gauge", "1 if a package asks for it.", [("", wanted)]


def labels(**values: str) -> str:
    """Labels as the text format has them."""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items()) + "}"


def _escaped(value: str) -> str:
    text = value.encode("utf-8", "replace").decode()
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
