"""The processor and its load, from /proc/cpuinfo, /sys and /proc/loadavg."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

# Long enough for some ticks of 10 ms, short enough to wait for.
SAMPLE_S = 0.1
_CPU = "/sys/devices/system/cpu"


def summary(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Model, cores, threads, frequency, cache and virtualisation support."""
    blocks = _blocks(machine)
    if not blocks:
        return Reading(case="unreadable")
    first = blocks[0]
    threads = sum("processor" in block for block in blocks) or 1
    facts: dict[str, Value] = {
        "model": _model(first, machine),
        "threads": threads,
        "cores": _cores(blocks) or threads,
        "sockets": len({block["physical id"] for block in blocks if "physical id" in block}) or 1,
        "mhz": _mhz(blocks),
        "max_mhz": _max_mhz(machine),
        "cache": first.get("cache size", ""),
        "online": machine.text(f"{_CPU}/online"),
    }
    flags = first.get("flags", "").split()
    facts["virtualisation"] = "VT-x" if "vmx" in flags else "AMD-V" if "svm" in flags else ""
    facts["flags"] = len(flags)
    return Reading(facts)


def virtualisation(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether the processor can run virtual machines in hardware."""
    reading = summary(machine, values)
    if reading.case != "found":
        return reading
    return reading if reading.values["virtualisation"] else Reading(reading.values, case="none")


def load(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Load averages beside the number of threads that share them."""
    words = machine.text("/proc/loadavg").split()
    if len(words) < 4:
        return Reading(case="unreadable")
    threads = sum("processor" in block for block in _blocks(machine)) or 1
    return Reading(
        {
            "one": words[0],
            "five": words[1],
            "fifteen": words[2],
            "all": ", ".join(words[:3]),
            "threads": threads,
            "share": f"{100 * float(words[0]) / threads:.0f}%",
        }
    )


def usage(machine: Machine, values: Mapping[str, str]) -> Reading:
    """How busy all processors were within a tenth of a second, in percent."""
    before = _ticks(machine)
    if before is None:
        return Reading(case="unreadable")
    time.sleep(SAMPLE_S)
    after = _ticks(machine) or before
    total, idle = after[0] - before[0], after[1] - before[1]
    busy = 100 * (total - idle) / total if total > 0 else 0.0
    averages = load(machine, values).values
    return Reading({**averages, "busy": f"{busy:.0f}%", "idle": f"{100 - busy:.0f}%"})


def _ticks(machine: Machine) -> tuple[int, int] | None:
    """All ticks since the boot, and the idle ones of them."""
    lines = machine.lines("/proc/stat")
    numbers = [int(word) for word in lines[0].split()[1:9]] if lines else []
    return (sum(numbers), numbers[3] + numbers[4]) if len(numbers) > 4 else None


def _blocks(machine: Machine) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = [{}]
    for line in machine.lines("/proc/cpuinfo"):
        name, mark, value = line.partition(":")
        if not line.strip():
            blocks.append({})
        elif mark:
            blocks[-1][name.strip()] = value.strip()
    return [block for block in blocks if "processor" in block or "Model" in block]


def _model(block: Mapping[str, str], machine: Machine) -> str:
    for name in ("model name", "Model", "Hardware", "cpu model", "Processor", "cpu"):
        if block.get(name):
            return block[name]
    for line in machine.table("lscpu"):
        name, _, value = line.partition(":")
        if name.strip() == "Model name":
            return value.strip()
    return "?"


def _cores(blocks: list[dict[str, str]]) -> int:
    pairs = {
        (block.get("physical id", "0"), block["core id"]) for block in blocks if "core id" in block
    }
    return len(pairs)


def _mhz(blocks: list[dict[str, str]]) -> str:
    speeds = [float(block["cpu MHz"]) for block in blocks if block.get("cpu MHz")]
    return f"{sum(speeds) / len(speeds):.0f} MHz" if speeds else ""


def _max_mhz(machine: Machine) -> str:
    speed = machine.text(f"{_CPU}/cpu0/cpufreq/cpuinfo_max_freq")
    return f"{int(speed) / 1000:.0f} MHz" if speed.isdigit() else ""
