"""Readings of the machine; a value that it does not expose is None."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortexd.metrics import samplers


def test_this_machine() -> None:
    assert all(value >= 0 for value in samplers.read_load())
    assert samplers.count_processes() > 0
    assert samplers.count_open_files() > 0
    meter = samplers.CpuMeter()
    assert all(0 <= meter.read_percent() <= 100 for _ in range(3))


def test_counters_that_go_back_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a migration or a resume the kernel may count from less; 100 % must not stay."""
    times = iter([(50.0, 100.0), (150.0, 200.0), (10.0, 20.0), (15.0, 30.0)])
    monkeypatch.setattr(samplers.CpuMeter, "_read_times", staticmethod(lambda: next(times)))
    meter = samplers.CpuMeter()
    assert [meter.read_percent() for _ in range(3)] == [100.0, 100.0, 50.0]


def test_pressure(tmp_path: Path) -> None:
    assert samplers.read_pressure(tmp_path) == {"cpu": None, "memory": None, "io": None}
    (tmp_path / "cpu").write_text("some avg10=1.25 avg60=0.00 avg300=0.00 total=1\nfull avg10=9\n")
    (tmp_path / "io").write_text("nonsense\n")
    assert samplers.read_pressure(tmp_path) == {"cpu": 1.25, "memory": None, "io": None}


def test_reboot_flag(tmp_path: Path) -> None:
    assert not samplers.is_reboot_required(tmp_path / "reboot-required")
    (tmp_path / "reboot-required").touch()
    assert samplers.is_reboot_required(tmp_path / "reboot-required")
