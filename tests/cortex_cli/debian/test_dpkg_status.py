from pathlib import Path

from cortex_cli.debian import dpkg_status
from cortex_cli.debian.dpkg_status import State

STATUS = """\
Package: bash
Essential: yes
Status: install ok installed
Version: 5.2

Package: systemd-sysv
Protected: yes
Status: install ok installed
Version: 252

Package: broken
Status: install ok half-configured
Version: 1.0

Package: gone
Status: deinstall ok config-files
Version: 0.9

Package: waiting
Status: install ok triggers-pending
Version: 2

Package: awaiting
Status: install ok triggers-awaited
Version: 2

Package: held
Status: hold ok installed
Version: 3
"""


def read(tmp_path: Path) -> dpkg_status.InstalledPackages:
    (tmp_path / "status").write_text(STATUS)
    return dpkg_status.read({"CORTEX_DPKG_STATUS": str(tmp_path / "status")})


def test_what_is_there_and_how_far(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert set(found.packages) == {
        "bash", "systemd-sysv", "broken", "waiting", "awaiting", "held"
    }  # fmt: skip
    assert found.packages["bash"].complete
    assert str(found.packages["broken"]) == "1.0 (half-configured)"
    assert [str(found.packages[name]) for name in ("waiting", "awaiting")] == ["2", "2"]
    assert found.protected == {"bash", "systemd-sysv"}
    assert found.states_of(["bash:amd64", "gone"]) == {
        "bash:amd64": State("5.2", "installed"),
        "gone": None,
    }


def test_versions_survive_json(tmp_path: Path) -> None:
    versions = read(tmp_path).states_of(["bash", "gone", "broken"])
    assert dpkg_status.from_json(dpkg_status.as_json(versions)) == versions


def test_no_dpkg_is_nothing_installed(tmp_path: Path) -> None:
    assert not dpkg_status.read({"CORTEX_DPKG_STATUS": str(tmp_path / "none")}).packages


def test_two_architectures_of_one_package(tmp_path: Path) -> None:
    stanza = "Package: libc6\nArchitecture: {}\nStatus: install ok {}\nVersion: {}\n\n"
    text = stanza.format("amd64", "installed", "2.36") + stanza.format("i386", "unpacked", "2.35")
    (tmp_path / "status").write_text(
        text + stanza.format("all", "installed", "1").replace("libc6", "data")
    )
    found = dpkg_status.read({"CORTEX_DPKG_STATUS": str(tmp_path / "status")})
    names = ["libc6", "libc6:amd64", "libc6:i386", "libc6:armhf", "data:amd64"]
    assert [str(state) for state in found.states_of(names).values()] == [
        "2.36", "2.36", "2.35 (unpacked)", "None", "1"
    ]  # fmt: skip
