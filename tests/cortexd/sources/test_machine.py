from __future__ import annotations

from pathlib import Path

from cortexd.config import MonitoringSection
from cortexd.rules import JUDGES, KINDS
from cortexd.sources import build, machine


def test_this_machine_is_read() -> None:
    assert 0 <= machine.Cpu().read().percent <= 100
    memory = machine.Memory().read()
    assert 0 < memory.used_mb < memory.total_mb
    assert machine.Disks().read()[0]["mount"] == "/"
    files = machine.OpenFiles().read()
    assert 0 < files.used <= files.limit


def test_absence_is_explained(tmp_path: Path) -> None:
    assert machine.PressureStall(tmp_path).explain_absence() is not None
    assert (
        machine.OpenFiles(tmp_path).explain_absence() == f"{tmp_path}/sys/fs/file-nr does not exist"
    )


def test_open_files_of_a_copy(tmp_path: Path) -> None:
    (tmp_path / "sys/fs").mkdir(parents=True)
    (tmp_path / "sys/fs/file-nr").write_text("960\t0\t1000\n")
    assert machine.OpenFiles(tmp_path).read().percent == 96.0


def test_reboot(tmp_path: Path) -> None:
    source = machine.Reboot(tmp_path)
    assert source.read() is None
    (tmp_path / "reboot-required").touch()
    assert source.read() == []
    (tmp_path / "reboot-required.pkgs").write_text("linux-image\ndbus\nlinux-image\n")
    assert source.read() == ["dbus", "linux-image"]


def test_every_source_has_a_rule_and_every_kind_a_source() -> None:
    names = {source.name for source in build(MonitoringSection())} | {"model", "daemon"}
    assert names == set(JUDGES)
    assert {kind.source for kind in KINDS.values()} == names | {"trends"}
    off = MonitoringSection(
        enable_apt=False, enable_deps=False, enable_cve=False, enable_units=False
    )
    assert names - {source.name for source in build(off)} == {
        "apt", "dpkg", "cve", "units", "model", "daemon"
    }  # fmt: skip
