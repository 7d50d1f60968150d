"""Over systemctl and journalctl: what is run, and what is said where it may not be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortex_cli.errors import AlreadyReported, Failure
from cortex_cli.services import system as system_services


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands first in PATH; systemd counts as running."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(system_services, "require_systemd", lambda: None)
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_what_a_person_would_type_is_run(folder: Path) -> None:
    program(folder, "systemctl", f'echo "$@" >{folder}/said')
    system_services.systemctl("start", *system_services.DAEMON_UNITS)
    said = (folder / "said").read_text()
    assert said == "--no-ask-password start cortexd.socket cortexd.service\n"


@pytest.mark.parametrize(
    "said",
    [
        "Failed to start cortexd.service: Access denied",
        "Failed to start cortexd.service: Interactive authentication required.",
    ],
)
def test_without_rights_the_command_is_named(folder: Path, said: str) -> None:
    program(folder, "systemctl", f"echo '{said}' >&2; exit 4")
    with pytest.raises(Failure, match="no permission to start") as caught:
        system_services.systemctl("start", *system_services.DAEMON_UNITS)
    assert caught.value.hint == "run: sudo systemctl start cortexd.socket cortexd.service"


def test_not_installed(folder: Path) -> None:
    program(folder, "systemctl", "echo 'Unit cortexd.service not found.' >&2; exit 5")
    with pytest.raises(Failure, match="not installed") as caught:
        system_services.systemctl("restart", system_services.DAEMON_UNIT)
    assert "cortex daemon install" in (caught.value.hint or "")


def test_another_failure_is_passed_on(folder: Path) -> None:
    program(folder, "systemctl", "echo 'Job for cortexd.service failed.' >&2; exit 1")
    with pytest.raises(Failure, match=r"Job for cortexd\.service failed"):
        system_services.systemctl("restart", system_services.DAEMON_UNIT)


def test_a_request_is_followed_by_the_field_that_both_services_write(folder: Path) -> None:
    program(folder, "journalctl", f'echo "$@" >{folder}/said')
    child = os.fork()
    if child == 0:  # logs() becomes journalctl
        system_services.show_logs(follow=True, lines=7, request="r1")
    assert os.waitpid(child, 0)[1] == 0
    assert (folder / "said").read_text() == "--lines 7 --follow CORTEX_REQUEST_ID=r1\n"


def test_a_script_needs_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_services.os, "geteuid", lambda: 1000)
    with pytest.raises(Failure, match="needs root") as caught:
        system_services.run_script("install.sh", ("--wheels", "/a b"))
    assert (caught.value.hint or "").startswith("run: sudo /")
    assert (caught.value.hint or "").endswith("install.sh --wheels '/a b'")


def test_a_script_is_found_and_its_failure_kept() -> None:
    assert system_services.find_script("install.sh").name == "install.sh"
    with pytest.raises(AlreadyReported):
        system_services.run_script("install.sh", ("--nonsense",))
    with pytest.raises(Failure, match="not part of this installation"):
        system_services.find_script("nothing.sh")
