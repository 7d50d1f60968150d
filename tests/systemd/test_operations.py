"""The runbook is true: every command in its blocks marked `console` is run, in order."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from tests.support.machine import CHECKOUT, SCRIPT, Machine, wait_for
from tests.systemd.test_on_demand import POST

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
    reply = box.ask("inference", prompt="Zanzibar", max_tokens=4)
    request = reply["data"]["request_id"]
    box.ask("inference", prompt="Another", max_tokens=4)
    told: dict[str, list[str]] = {}
    for entry in box.journal(f"CORTEX_REQUEST_ID={request}"):
        told.setdefault(entry["_SYSTEMD_UNIT"], []).append(entry["CORTEX_EVENT"])
        assert entry["MESSAGE_ID"]
        assert entry["PRIORITY"] == "6"
        assert "Zanzibar" not in json.dumps(entry)
        if entry["CORTEX_EVENT"] == "model_request_done":
            assert entry["CORTEX_HTTP_STATUS"] == "200"
            assert entry["CORTEX_HTTP_PATH"] == "/v1/chat/completions"
            first, whole = (
                float(entry[f"CORTEX_{name}_MS"]) for name in ("FIRST_BYTE", "DURATION")
            )
            assert 0 < first <= whole
    assert told == {
        "cortexd.service": ["request_started", "request_done"],
        "cortex-llm.service": ["model_request_began", "model_request_done"],
    }
    said = box.run("cortex", "daemon", "logs", "--request", request).stdout
    assert re.search(rf"cortexd\[\d+\]: request {request} from user 0", said), said
    assert re.search(rf"cortex-llm\[\d+\]: request {request} was answered: HTTP 200", said), said


def test_the_logs_are_followed(box: Machine) -> None:
    argv = [str(SCRIPT), "exec", box.name, "--", "cortex", "daemon", "logs", "-f", "-n", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, cwd="/") as following:
        assert following.stdout is not None
        wait_for(lambda: box.run("pgrep", "-x", "journalctl", check=False).stdout)
        time.sleep(0.5)  # until it has found the end of the journal
        request = box.ask("inference", prompt="Hello", max_tokens=2)["data"]["request_id"]
        programs = set()
        while programs != {"cortexd", "cortex-llm"}:
            line = following.stdout.readline()
            assert line
            if request in line:
                programs.add(line.split("[")[0].split()[-1])
        box.run("pkill", "-x", "journalctl")


def test_no_entry_holds_a_prompt_or_an_answer(box: Machine) -> None:
    reply = box.ask("inference", prompt="Xylophone in Ouagadougou", max_tokens=12)
    box.run("journalctl", "--sync")
    said = box.run("journalctl", "-o", "json", "--no-pager", "-q").stdout
    assert reply["data"]["request_id"] in said
    assert "Ouagadougou" not in said
    assert reply["data"]["output"] not in said


def test_a_request_with_an_id_of_its_own_and_one_without(box: Machine) -> None:
    """Those that do not pass through cortexd."""
    key = box.run("cat", "/etc/cortex/llm.key").stdout.strip()
    for number, *words in (
        ("200", key, "mine-1"),
        ("200", key, "two words"),
        ("401", "wrong", "mine-2"),
    ):
        assert box.run("/usr/bin/python3", "-c", POST, *words).stdout.strip() == number
    own = box.journal("CORTEX_REQUEST_ID=mine-1")
    assert [entry["CORTEX_EVENT"] for entry in own] == ["model_request_began", "model_request_done"]
    refused = box.journal("CORTEX_REQUEST_ID=mine-2", "CORTEX_EVENT=model_request_failed")
    assert [(entry["CORTEX_HTTP_STATUS"], entry["PRIORITY"]) for entry in refused] == [("401", "5")]
    without = box.journal("CORTEX_EVENT=model_request_began", "-n", "2")[0]
    assert "without an id" in without["MESSAGE"]
    assert "CORTEX_REQUEST_ID" not in without


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
