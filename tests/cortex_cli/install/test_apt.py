import shutil
from pathlib import Path

import pytest

from cortex_cli.errors import Failure
from cortex_cli.install import apt
from tests.cortex_cli.conftest import write_lists

needs_apt = pytest.mark.skipif(not shutil.which("apt-get"), reason="needs apt-get")


@needs_apt
def test_apt_says_what_it_would_do(apt_env: dict[str, str]) -> None:
    found = apt.simulate(apt_env, ["sudo", "apt-get", "install", "--yes", "make"])
    (change,) = found.changes.new
    assert (change.name, change.old, change.new) == ("make", None, "4.3-4.1")
    assert (found.changes.download_bytes, found.changes.disk_bytes) == (1000, 0)
    assert found.refusal is None


@needs_apt
def test_why_apt_would_not(apt_env: dict[str, str]) -> None:
    found = apt.simulate(apt_env, ["apt-get", "install", "--yes", "make=9"])
    assert found.refusal == "Version '9' for 'make' was not found"
    found = apt.simulate(apt_env, ["apt-get", "install", "--yes", "no-such"])
    assert found.refusal == "Unable to locate package no-such"


@needs_apt
def test_what_is_said_in_apt_config_changes_nothing(
    apt_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "apt.conf").write_text('APT::Default-Release "none";\nDir::State "/none";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    assert apt.simulate(apt_env, ["apt-get", "install", "--yes", "make"]).changes.new


def test_a_program_that_is_not_there_is_said(apt_env: dict[str, str]) -> None:
    with pytest.raises(Failure, match="cannot run no-apt: No such file"):
        apt.simulate(apt_env, ["no-apt", "install", "x"])


def test_the_sources_are_read_off_the_lists(tmp_path: Path) -> None:
    environ = write_lists(tmp_path / "apt")
    lists = Path(environ["CORTEX_APT_LISTS"])
    name = "_srv_my%5frepo_dists_stable_non-free_contrib_binary-arm64_Packages"
    (lists / name).write_text("")
    assert list(apt.list_sources(lists)) == [
        "deb [trusted=yes arch=arm64] file:/srv/my_repo stable non-free/contrib\n",
        "deb [trusted=yes arch=amd64] http://deb.example.org/debian bookworm main\n",
    ]


def test_little_of_the_environment_is_handed_on() -> None:
    found = apt.build_environment(
        {"HOME": "/h", "PATH": "/tmp", "APT_CONFIG": "x", "LD_PRELOAD": "y"}
    )
    # In the caller's home, dpkg would read .dpkg.cfg as root.
    assert found == {"HOME": "/root", "PATH": apt.SYSTEM_PATH}
