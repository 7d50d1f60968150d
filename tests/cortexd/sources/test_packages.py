"""A small Debian archive of the test's own, read by the real apt and dpkg."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from cortexd.sources.packages import (
    AptUpdates,
    Broken,
    BrokenPackages,
    Changes,
    parse_states,
    parse_unmet,
)

NEEDS_APT = pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt")

STATUS = """\
Package: hello
Status: install ok installed
Priority: optional
Section: misc
Maintainer: T <t@example.org>
Architecture: amd64
Version: 1.0
Description: greets

Package: half
Status: install ok half-configured
Maintainer: T <t@example.org>
Architecture: amd64
Version: 1.0
Description: not done
"""
PACKAGES = """\
Package: hello
Version: 1.1
Architecture: amd64
Maintainer: T <t@example.org>
Filename: pool/hello.deb
Size: 5
SHA256: {}
Description: greets

""".format("0" * 64)


def make_root(root: Path) -> Path:
    """A root with apt lists as a security archive leaves them, and a dpkg status."""
    for folder in ("var/lib/apt/lists/partial", "var/lib/dpkg", "etc/apt/preferences.d",
                   "etc/apt/apt.conf.d", "var/cache/apt/archives/partial"):  # fmt: skip
        (root / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").write_text(STATUS)
    add_archive(root, "stable-security", "Debian-Security", "1.1")
    return root


def add_archive(root: Path, suite: str, label: str, version: str) -> None:
    """An archive that has ``hello`` in ``version``."""
    with (root / "etc/apt/sources.list").open("a") as sources:
        sources.write(f"deb [trusted=yes] http://deb.example.org/debian-security {suite} main\n")
    prefix = f"deb.example.org_debian-security_dists_{suite}"
    lists = root / "var/lib/apt/lists"
    (lists / f"{prefix}_Release").write_text(
        f"Origin: Debian\nLabel: {label}\nSuite: {suite}\nVersion: 12\n"
        f"Codename: {suite.replace('stable', 'bookworm')}\nArchitectures: amd64\n"
        "Components: main\n"
    )
    text = PACKAGES.replace("Version: 1.1", f"Version: {version}")
    (lists / f"{prefix}_main_binary-amd64_Packages").write_text(text)


@NEEDS_APT
def test_updates_from_the_local_lists(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    text = STATUS.split("Package: half", maxsplit=1)[0]
    (root / "var/lib/dpkg/status").write_text(text)
    source = AptUpdates(root)
    assert source.explain_absence() is None
    assert source.is_due(1e9)
    (update,) = asyncio.run(source.read())
    assert (update.name, update.old, update.new, update.security) == ("hello", "1.0", "1.1", True)
    assert not source.is_due(1e9)  # until something changes
    (root / "var/lib/dpkg/status").write_text(text.replace("Version: 1.0", "Version: 1.1"))
    assert source.is_due(1e9)
    assert asyncio.run(source.read()) == []


def read_hello(root: Path, installed: str = "1.0") -> tuple[str, bool]:
    text = STATUS.split("Package: half", maxsplit=1)[0]
    status = text.replace("Version: 1.0", f"Version: {installed}")
    (root / "var/lib/dpkg/status").write_text(status)
    (update,) = asyncio.run(AptUpdates(root).read())
    return update.new, update.security


@NEEDS_APT
def test_a_security_update_below_a_newer_ordinary_one(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    add_archive(root, "stable-updates", "Debian", "1.2")
    assert read_hello(root) == ("1.2", True)
    assert read_hello(root, "1.1") == ("1.2", False)  # that one is installed


@NEEDS_APT
def test_a_security_update_above_the_pinned_version_does_not_count(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    add_archive(root, "stable-updates", "Debian", "1.0.5")
    pin = "Package: hello\nPin: release a=stable-updates\nPin-Priority: 900\n"
    (root / "etc/apt/preferences.d/pin").write_text(pin)
    assert read_hello(root) == ("1.0.5", False)


@NEEDS_APT
@pytest.mark.parametrize("label", ["security:x", "Acme security tools", "x/stable-security:1/y"])
def test_a_word_in_a_label_is_no_security_archive(tmp_path: Path, label: str) -> None:
    root = make_root(tmp_path)
    add_archive(root, "acme", label, "2.0")
    assert read_hello(root, "1.1") == ("2.0", False)


@NEEDS_APT
def test_broken_packages(tmp_path: Path) -> None:
    source = BrokenPackages(make_root(tmp_path))
    assert Broken("half", "half-configured") in asyncio.run(source.read())


@NEEDS_APT
def test_a_status_that_cannot_be_read_is_no_good_news(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    (root / "var/lib/dpkg/status").write_text("Package: half\nStatus: nonsense\n")
    with pytest.raises(OSError, match="dpkg-query exited with status"):
        asyncio.run(BrokenPackages(root).read())


@NEEDS_APT
def test_neither_root_nor_network_nor_a_lock(tmp_path: Path) -> None:
    """apt is asked as a user who may write nothing, in a namespace without a network."""
    import os

    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root to make the namespace")
    argv = ["unshare", "--net", "setpriv", "--reuid=65534", "--clear-groups", "apt-get", "-s", "-q",
            "-o", "Debug::NoLocking=1", "dist-upgrade"]  # fmt: skip
    process = subprocess.run(
        argv, capture_output=True, text=True, cwd="/", timeout=120, check=False
    )
    assert process.returncode == 0, process.stderr


def test_broken_packages_are_parsed() -> None:
    states = (
        "installed\tok\ta\nhalf-installed\treinstreq\tb\nunpacked\tok\tc\nconfig-files\tok\td\n"
    )
    assert parse_states(states) == [
        Broken("b", "must be reinstalled"),
        Broken("c", "unpacked"),
    ]
    unmet = (
        "You might want to run 'apt --fix-broken install' to correct these.\n"
        "The following packages have unmet dependencies:\n"
        " foo : Depends: bar (>= 2) but 1 is installed\n"
        "       Depends: baz but it is not installed\n"
        " qux : Depends: foo\n"
        "E: Unmet dependencies.\n"
    )
    assert [(b.name, b.problem) for b in parse_unmet(unmet)] == [
        ("foo", "Depends: bar (>= 2) but 1 is installed, Depends: baz but it is not installed"),
        ("qux", "Depends: foo"),
    ]
    assert parse_unmet("all is well\n") == []


def test_changes_are_noticed_once_and_not_too_often(tmp_path: Path) -> None:
    path = tmp_path / "status"
    changes = Changes(path)
    assert changes.is_due(0)
    changes.mark_read()
    path.write_text("x")
    assert not changes.is_due(0)
    assert changes.is_due(1e9)
