"""What the wizard tells of a machine, read from a folder that stands for one."""

from __future__ import annotations

from pathlib import Path

from cortex_llm import machine_summary


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_machine_is_described(tmp_path: Path) -> None:
    put(tmp_path, "proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU\n")
    put(tmp_path, "proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n")
    put(tmp_path, "sys/class/drm/card0/device/vendor", "0x10de\n")
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    seen = machine_summary.summarize(tmp_path / "not/yet/there", tmp_path)
    assert seen.cpu == "Some CPU"
    assert seen.memory == 8 << 30
    assert seen.gpu.startswith("NVIDIA")
    assert seen.init == "systemd"
    assert seen.disk > 0
    assert len(seen.lines()) == 5


def test_what_a_machine_does_not_tell(tmp_path: Path) -> None:
    put(tmp_path, "proc/1/comm", "runit\n")
    seen = machine_summary.summarize(tmp_path, tmp_path)
    assert seen.gpu == "none"
    assert seen.init == "runit"
    assert seen.cpu
