import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.install import simulation
from cortex_cli.install.plan import Change

INSTALL = """\
Reading package lists...
The following NEW packages will be installed:
  nginx nginx-common
Inst nginx-common (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [all])
Inst bash [5.2.15-2+b8] (5.2.15-2+b9 Debian:12.11/oldstable, Debian:12/x [amd64]) []
Inst libx:i386 (1:2~rc1-1 localhost [i386])
Remv old-nginx [1.0-1] [apt:amd64 ]
Conf nginx-common (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [all])
"""
LISTED = """\
The following additional packages will be installed:
   nginx-common (1.22.1-9+deb12u10)
Suggested packages:
   bash-doc (5.2.15-2)
The following packages will be REMOVED:
   of-no-list
   old-nginx* (1.0-1)
The following NEW packages will be installed:
   libx:i386 (1:2~rc1-1)
   nginx-common (1.22.1-9+deb12u10)
The following packages will be upgraded:
   bash (5.2.15-2+b8 => 5.2.15-2+b9)
The following packages will be DOWNGRADED:
   make (4.3 => 4.2)
1 upgraded, 2 newly installed, 1 downgraded, 1 to remove and 121 not upgraded.
   not-listed (1.0)
"""
SIZES = """\
Need to get 606 kB/646 kB of archives.
After this operation, 1,707 kB of additional disk space will be used.
'http://deb.debian.org/pool/nginx_1.22.1-9_amd64.deb' nginx_1.22.1-9_amd64.deb 527000 SHA256:00
'file:/repo/x_1.0_all.deb' x_1.0_all.deb 900 SHA256:00
'http://deb.debian.org/pool/y.deb' y.deb 79000 MD5Sum:00
"""
REMOVAL = """\
The following packages will be REMOVED:
  bash debianutils
WARNING: The following essential packages will be removed.
This should NOT be done unless you know exactly what you are doing!
  bash debianutils (due to bash)
0 upgraded, 0 newly installed, 2 to remove and 121 not upgraded.
"""


def test_an_installation_is_read() -> None:
    found = simulation.parse(SIZES, "", INSTALL)
    assert found.changes.new == (
        Change("libx:i386", None, "1:2~rc1-1", "localhost"),
        Change("nginx-common", None, "1.22.1-9+deb12u10", "Debian-Security:12/oldstable-security"),
    )
    assert found.changes.upgraded == (
        Change("bash", "5.2.15-2+b8", "5.2.15-2+b9", "Debian:12.11/oldstable, Debian:12/x"),
    )
    assert found.changes.removed == (Change("old-nginx", "1.0-1", None),)
    assert found.changes.download_bytes == 606_000
    assert found.changes.disk_bytes == 1_707_000
    assert found.refusal is None
    assert found.downgrades == ()


def test_the_listing_alone_says_the_same_but_for_origins() -> None:
    found = simulation.parse(LISTED + SIZES, "")
    assert found.changes.new == (
        Change("libx:i386", None, "1:2~rc1-1"),
        Change("nginx-common", None, "1.22.1-9+deb12u10"),
    )
    assert found.changes.upgraded == (
        Change("bash", "5.2.15-2+b8", "5.2.15-2+b9"),
        Change("make", "4.3", "4.2"),
    )
    assert found.changes.removed == (
        Change("of-no-list", None, None),
        Change("old-nginx", "1.0-1", None),
    )
    assert found.downgrades == (Change("make", "4.3", "4.2"),)
    assert found.changes.download_bytes == 606_000


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("After this operation, 514 MB disk space will be freed.", -514_000_000),
        ("After this operation, 0 B of additional disk space will be used.", 0),
        ("After this operation, 1.2 GB of additional disk space will be used.", 1_200_000_000),
        ("", None),
    ],
)
def test_disk_sizes(line: str, size: int | None) -> None:
    assert simulation.parse(line, "").changes.disk_bytes == size


def test_essential_packages_are_named() -> None:
    complaint = "E: Essential packages were removed and -y was used without --allow-…\n"
    found = simulation.parse(REMOVAL, complaint)
    assert found.essential == ("bash", "debianutils")
    assert found.refusal == "Essential packages were removed and -y was used without --allow-…"


def test_unmet_dependencies_are_the_reason() -> None:
    text = "The following packages have unmet dependencies:\n a : Depends: b but it is not …\n"
    found = simulation.parse(text, "E: Unable to correct problems, you have held broken …\n")
    assert found.refusal == "a : Depends: b but it is not …"


def test_going_back_is_told_from_an_upgrade() -> None:
    found = simulation.parse("", "", "Inst x [2.0] (1.0 here [all])\n")
    assert found.downgrades == found.changes.upgraded


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_it(listed: str, complaint: str, simulated: str) -> None:
    simulation.parse(listed, complaint, simulated)
    simulation.parse(listed, complaint)
