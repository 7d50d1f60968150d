"""uninstall.sh against folders that are not Cortex's, and manifests that install.sh never wrote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT

UNINSTALL = CHECKOUT / "scripts/uninstall.sh"
PREFIX = "/opt/cortex"
ENVIRONMENT = f"{PREFIX}/env-20261129120000-77"
LISTED = ("/opt/cortex/scripts/install-llm.sh", "/usr/local/bin/cortex", "/opt/cortex/bin")
MADE = ("/opt/cortex/", "/opt/cortex/scripts/", "/usr/local/bin/")
DATA = (
    "/etc/cortex/llm.key",
    "/var/lib/cortex/alerts.db",
    "/var/lib/cortex-history/1.json",
    "/var/cache/cortex/index.db",
)


def uninstall(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [UNINSTALL, *options],
        env={"DESTDIR": str(root), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def put(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")


def listing(root: Path) -> set[str]:
    return {f"/{path.relative_to(root)}" for path in root.rglob("*") if not path.is_dir()}


def write_manifest(root: Path, *lines: str) -> Path:
    path = root / "opt/cortex/manifest"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    put(tmp_path, *LISTED, f"{ENVIRONMENT}/lib/python3.11/site-packages/x.py", *DATA)
    write_manifest(tmp_path, *LISTED, *MADE, f"{ENVIRONMENT}/*")
    return tmp_path


@pytest.mark.parametrize("options", [[], ["--purge"]])
@pytest.mark.parametrize("folder", ["/usr/lib", "/opt/other", "/usr/lib/"])
def test_a_folder_without_a_manifest_is_not_touched(
    installed: Path, folder: str, options: list[str]
) -> None:
    put(installed, f"{folder.rstrip('/')}/libc.so.6")
    before = listing(installed)
    result = uninstall(installed, *options, "--prefix", folder)
    assert result.returncode == 1
    assert f"not installed in {folder.rstrip('/')}" in result.stderr
    assert listing(installed) == before


def test_what_the_manifest_lists_is_removed_and_nothing_else(installed: Path) -> None:
    put(installed, "/opt/cortex/mine.txt", "/opt/cortex/scripts/mine.sh", "/usr/local/bin/other")
    result = uninstall(installed)
    assert result.returncode == 0, result.stderr
    mine = {"/opt/cortex/mine.txt", "/opt/cortex/scripts/mine.sh", "/usr/local/bin/other"}
    assert listing(installed) == {*mine, *DATA}
    assert "did not put it there" in result.stderr
    assert f"{installed}/opt/cortex/mine.txt" in result.stderr


def test_folders_that_are_empty_go_too_and_others_stay(installed: Path) -> None:
    (installed / "usr/local/share").mkdir(parents=True)
    assert uninstall(installed).returncode == 0
    assert not (installed / "opt/cortex").exists()
    assert not (installed / "usr/local/bin").exists()
    assert (installed / "usr/local/share").exists(), "empty, and not made by install.sh"
    assert (installed / "opt").exists()


def test_purge_says_what_it_does_and_does_it(installed: Path) -> None:
    before = listing(installed)
    would = uninstall(installed, "--purge", "--dry-run")
    assert would.returncode == 0
    assert listing(installed) == before, "a dry run"
    done = uninstall(installed, "--purge")
    assert listing(installed) == set()
    for path in DATA:
        assert str(installed / Path(path).parent.relative_to("/")) in done.stderr
    announced = {
        line.rpartition(" -- ")[2] for line in would.stdout.splitlines() if "rm -rf" in line
    }
    for path in DATA:
        assert str((installed / path.lstrip("/")).parent) in announced
    assert uninstall(installed, "--purge").returncode == 0, "again: nothing to do"


@pytest.mark.parametrize("options", [[], ["--purge"]])
def test_a_dry_run_says_would(installed: Path, options: list[str]) -> None:
    result = uninstall(installed, "--dry-run", *options)
    assert all(line.startswith("would ") for line in result.stdout.splitlines())
    for line in result.stderr.splitlines():
        assert "would" in line or "nothing was changed" in line or "to remove these" in line, line


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("/usr/lib", "is a folder"),
        ("/usr/lib/*", "not a path of install.sh"),
        ("/opt/cortex/env-*", "not a path of install.sh"),
        (f"{ENVIRONMENT}/../../../usr/*", "not a plain path"),
        ("/opt/cortex/env-1/../../usr/lib/*", "not a plain path"),
        ("/opt/cortex/../../etc/passwd", "not a plain path"),
        ("usr/lib/libc.so.6", "not an absolute path"),
        ("", "not an absolute path"),
    ],
)
def test_a_manifest_that_install_sh_never_wrote_removes_nothing(
    installed: Path, line: str, complaint: str
) -> None:
    put(installed, "/usr/lib/libc.so.6", "/etc/passwd")
    write_manifest(installed, *LISTED, line)
    before = listing(installed)
    for options in ([], ["--purge"]):
        result = uninstall(installed, *options)
        assert result.returncode == 1
        assert complaint in result.stderr
    assert listing(installed) == before


def test_a_manifest_that_others_may_write_removes_nothing(installed: Path) -> None:
    (installed / "opt/cortex/manifest").chmod(0o666)
    before = listing(installed)
    result = uninstall(installed, "--purge")
    assert result.returncode == 1
    assert "can be changed by others" in result.stderr
    assert listing(installed) == before


@pytest.mark.parametrize("prefix", ["/", "/opt", "relative", "/opt/../usr", ""])
def test_wrong_prefixes(tmp_path: Path, prefix: str) -> None:
    assert uninstall(tmp_path, "--purge", "--prefix", prefix).returncode == 2
