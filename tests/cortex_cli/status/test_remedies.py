from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from cortex_cli.commands import COMMANDS
from cortex_cli.settings import Settings
from cortex_cli.status import remedies
from cortex_cli.status.doctor import run_checks


def test_a_unit_that_is_not_there_is_not_recommended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remedies, "SYSTEMD", tmp_path)
    monkeypatch.setattr(remedies, "UNIT_FOLDERS", (tmp_path,))
    assert remedies.name_service("start", "cortexd", "cortex up") == "run: cortex up"
    (tmp_path / "cortexd.service").touch()
    shown = remedies.name_service("start", "cortexd", "cortex up")
    assert shown.endswith("systemctl start cortexd   (or as yourself: cortex up)")
    monkeypatch.setattr(remedies, "SYSTEMD", tmp_path / "none")
    assert remedies.name_service("start", "cortexd", "cortex up") == "run: cortex up"


def test_the_model_program_is_named_as_it_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert remedies.name_llm_command("check") == shlex.join(
        [sys.executable, "-m", "cortex_llm", "check"]
    )
    (tmp_path / "cortex-llm").touch(mode=0o755)
    assert remedies.name_llm_command("check") == "cortex-llm check"


def test_sudo_is_for_others_than_root() -> None:
    shown = remedies.name_privileged("apt-get", "update")
    sudo = os.geteuid() != 0 and shutil.which("sudo")
    assert shown == ("sudo apt-get update" if sudo else "apt-get update")


def test_every_command_that_doctor_recommends_exists(tmp_path: Path) -> None:
    """On this machine, with nothing running and no settings."""
    environ = {
        "CORTEX_SOCKET": str(tmp_path / "none.sock"),
        "CORTEX_APT_LISTS": str(tmp_path),
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    seen = 0
    for finding in run_checks(Settings(environ)):
        for found in re.findall(r"(?:run|see)[^:]*: ([^;(]+)", finding.remedy or ""):
            program, *arguments = shlex.split(found)
            if program == "sudo":
                program, *arguments = arguments
            if program == "cortex":
                assert arguments[0] in COMMANDS, finding
            else:
                assert shutil.which(program), finding
            seen += 1
    assert seen >= 2
