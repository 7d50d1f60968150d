"""The runbook is true: every command in its blocks marked `console` is run, in order."""

from __future__ import annotations

import re

import pytest

from tests.support.machine import CHECKOUT, Machine

pytestmark = [pytest.mark.root, pytest.mark.timeout(600)]

PAGE = CHECKOUT / "docs/operations.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.M | re.S)
#: Commands whose exit status says how things are, which is not what is tested here.
JUDGES = ("systemctl status", "cortex doctor", "systemd-analyze security")


def commands() -> list[str]:
    blocks: list[str] = BLOCK.findall(PAGE.read_text())
    return [line for block in blocks for line in block.splitlines() if line]


def test_there_are_commands() -> None:
    assert len(commands()) > 30


def test_every_command_works(box: Machine) -> None:
    for command in commands():
        result = box.sh(command, check=False)
        if command.startswith(JUDGES):
            assert result.returncode in (0, 1, 3), (command, result.stderr)
            assert result.stdout
        else:
            assert result.returncode == 0, (command, result.stdout, result.stderr)


def test_a_request_is_followed_through_both_services(box: Machine) -> None:
    reply = box.ask("inference", prompt="Hello", max_tokens=4)
    request = reply["data"]["request_id"]
    box.run("journalctl", "--sync")
    said = box.run("cortex", "daemon", "logs", "--request", request).stdout
    assert f"request {request} of user 0" in said
    assert re.search(r"cortex-llm\[\d+\]: .*slot", said), said


def test_without_rights_the_command_is_said(box: Machine) -> None:
    box.sh("id -u guest >/dev/null 2>&1 || useradd guest")
    user = ["setpriv", "--reuid=guest", "--regid=guest", "--init-groups"]
    for verb in ("start", "stop", "restart"):
        result = box.run(*user, "cortex", "daemon", verb, check=False)
        assert result.returncode == 1
        assert f"run: sudo systemctl {verb} " in result.stderr
    for name in ("install", "uninstall"):
        result = box.run(*user, "cortex", "daemon", name, check=False)
        assert result.returncode == 1
        assert "sudo" in result.stderr or "not part of this installation" in result.stderr
