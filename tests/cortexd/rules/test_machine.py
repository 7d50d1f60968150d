from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api.messages import DiskUsage
from cortexd.config import ThresholdsSection
from cortexd.rules import KINDS, machine
from cortexd.sources.machine import CpuReading, FilesReading, MemoryReading
from cortexd.sources.temperature import Temperature

MARKS = ThresholdsSection()


def disk(percent: float, inodes: float = 1, mount: str = "/") -> DiskUsage:
    return {"mount": mount, "device": "d", "fstype": "ext4", "used_percent": percent,
            "used_gb": 9, "total_gb": 10, "inodes_percent": inodes}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "held", "severity"),
    [
        (84.9, None, None),
        (85, None, "warning"),
        (82.1, "warning", "warning"),
        (81.9, "warning", None),
        (95, None, "critical"),
        (92.1, "critical", "critical"),
        (91.9, "critical", "warning"),
        (94.9, "warning", "warning"),
    ],
)
def test_hysteresis(value: float, held: Any, severity: str | None) -> None:
    assert machine.level(value, 85, 95, held) == severity


@given(st.floats(0, 100), st.sampled_from([None, "warning", "critical"]))
def test_what_is_held_only_ever_holds_longer(value: float, held: Any) -> None:
    from cortexd.alert import RANK

    fresh, kept = machine.level(value, 85, 95, None), machine.level(value, 85, 95, held)
    assert RANK.get(kept or "info", 0) >= RANK.get(fresh or "info", 0)


def test_disks() -> None:
    found = machine.disks([disk(96, 90), disk(10, mount="/b")], MARKS, {})
    assert [(f.key, f.severity) for f in found.findings] == [
        ("disk_space:/", "critical"),
        ("disk_inodes:/", "warning"),
    ]
    assert set(found.normal) == {"disk_space:/b", "disk_inodes:/b"}


def test_memory_and_swap() -> None:
    found = machine.memory(MemoryReading(98, 98, 100, 85, 85, 100), MARKS, {})
    assert [(f.kind, f.severity) for f in found.findings] == [
        ("memory", "critical"),
        ("swap", "warning"),
    ]
    assert machine.memory(MemoryReading(50, 50, 100, 0, 0, 0), MARKS, {}).findings == []


def test_cpu_and_load() -> None:
    found = machine.cpu(CpuReading(99, 50, 50, 4), MARKS, {})
    assert [f.kind for f in found.findings] == ["cpu", "load"]
    assert all(f.hold_s >= 300 for f in found.findings)
    assert machine.cpu(CpuReading(50, 8, 8, 4), MARKS, {}).findings == []


def test_pressure_says_nothing_of_what_the_kernel_does_not_tell() -> None:
    found = machine.pressure({"cpu": 99.0, "memory": 25.0, "io": None}, MARKS, {})
    assert [f.kind for f in found.findings] == ["pressure_memory"]
    assert found.normal == {}


def test_files_temperature_reboot() -> None:
    (files,) = machine.open_files(FilesReading(96, 100), MARKS, {}).findings
    assert files.severity == "critical"
    assert FilesReading(5, 0).percent == 0
    hot = [Temperature("a", 95, 90, 100), Temperature("b", 20, 90, 100)]
    found = machine.temperature(hot, MARKS, {})
    assert [f.key for f in found.findings] == ["temperature:a"]
    assert set(found.normal) == {"temperature:b"}
    (reboot,) = machine.reboot(["linux-image"], MARKS, {}).findings
    assert (reboot.severity, "linux-image" in reboot.message) == ("info", True)
    assert machine.reboot(None, MARKS, {}).findings == []


def test_every_kind_is_described_with_settings_that_exist() -> None:
    marks = dict.fromkeys(ThresholdsSection.__struct_fields__, 1)
    for kind in KINDS.values():
        assert kind.rises.format_map(marks)
        assert kind.clears
        assert set(kind.keys) <= set(marks)


def test_fractions_are_percentages_and_warnings_come_first() -> None:
    from cortexd.api.validation import Invalid, convert

    assert convert({"disk_warn": 0.5, "load_warn": 1}, ThresholdsSection).disk_warn == 50
    assert convert({"load_warn": 1}, ThresholdsSection).load_warn == 1
    with pytest.raises(Invalid, match="above disk_crit"):
        convert({"disk_warn": 97}, ThresholdsSection)
