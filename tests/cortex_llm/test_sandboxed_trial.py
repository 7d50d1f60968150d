"""What a trial takes from the service's unit; real trials are in tests/systemd."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cortex_llm import sandboxed_trial
from cortex_llm.errors import EngineError

UNIT = Path(__file__).parents[2] / "systemd/cortex-llm.service"


def test_the_sandbox_is_the_services() -> None:
    program, properties = sandboxed_trial.read_unit(UNIT.read_text())
    assert program == "/opt/cortex/bin/cortex-llm"
    for each in (
        "DynamicUser=yes",
        "User=cortex-llm",
        "PrivateNetwork=yes",
        "ProtectSystem=strict",
        "SystemCallFilter=~@privileged",
        "CapabilityBoundingSet=",
        "NoNewPrivileges=yes",
    ):
        assert each in properties
    assert not [
        each for each in properties if each.startswith(("Exec", "LoadCredential", "Restart"))
    ]


def test_an_empty_setting_takes_back_those_before_it() -> None:
    text = "[Service]\nExecStart=/x\nBindPaths=/a\nBindPaths=\nBindPaths=/b\n"
    assert sandboxed_trial.read_unit(text) == ("/x", ["BindPaths=/b"])


def test_a_unit_that_runs_nothing_is_an_error() -> None:
    with pytest.raises(EngineError, match="runs nothing"):
        sandboxed_trial.read_unit("[Service]\nUser=x\n")


def outcome(stdout: str, stderr: str = "", status: int = 1) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], status, stdout, stderr)


def test_the_first_failure_is_the_error() -> None:
    checks = (
        '{"ok": false, "checks": [{"name": "token", "ok": false, "detail": "no", "hint": "h"}]}'
    )
    with pytest.raises(EngineError, match="sandbox: no") as caught:
        sandboxed_trial._read_outcome(outcome(checks))
    assert caught.value.hint == "h"


@pytest.mark.parametrize("said", ["", "{", "[]", '{"checks": 7}'])
def test_no_answer_is_an_error_with_the_last_words(said: str) -> None:
    with pytest.raises(EngineError, match="status 1: a; b"):
        sandboxed_trial._read_outcome(outcome(said, "a\nb\n"))


def test_the_profile_comes_out_of_the_sandbox() -> None:
    profile = {"name": "profile", "ok": True, "facts": {"profile": "tiny", "reason": "why"}}
    token = {"name": "token", "ok": True, "detail": "40 tokens per second", "facts": {}}
    seen = sandboxed_trial._read_outcome(outcome(json.dumps({"checks": [token, profile]})))
    assert (seen.measured, seen.profile, seen.reason) == ("40 tokens per second", "tiny", "why")
    older = sandboxed_trial._read_outcome(outcome(json.dumps({"checks": [token]})))
    assert older.profile == ""
