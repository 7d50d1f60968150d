from pathlib import Path

from cortex_cli.debian.dependents import find_dependents

STATUS = """\
Package: init
Status: install ok installed
Pre-Depends: systemd-sysv | sysvinit-core

Package: systemd-sysv
Status: install ok installed
Provides: pid1 (= 1)

Package: keeper
Status: install ok installed
Depends: libc6 (>= 2), pid1,
 other

Package: fan
Status: install ok installed
Recommends: systemd-sysv

Package: gone
Status: deinstall ok config-files
Depends: systemd-sysv
"""


def test_who_depends_on_a_package(tmp_path: Path) -> None:
    status = tmp_path / "status"
    status.write_text(STATUS)
    environ = {"CORTEX_DPKG_STATUS": str(status)}
    found = find_dependents(environ, {"systemd-sysv", "keeper"})
    assert found == {"systemd-sysv": ("fan", "init", "keeper")}


def test_without_a_status_nobody_does(tmp_path: Path) -> None:
    assert find_dependents({"CORTEX_DPKG_STATUS": str(tmp_path / "none")}, {"x"}) == {}
