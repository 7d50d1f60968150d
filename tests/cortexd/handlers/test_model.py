"""llm.load and llm.unload, with a systemctl that notes what it was asked; the real one is in
tests/systemd."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.daemon import RunningDaemon, daemon
from tests.support.fake_llm import FakeLlm, hang


@pytest.fixture
def systemctl(tmp_path: Path) -> Path:
    """A folder for PATH; what was asked is in its file `said`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "systemctl"
    script.write_text(f'#!/bin/sh\necho "$@" >>{folder}/said\n')
    script.chmod(0o755)
    return folder


def env(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def said(folder: Path) -> list[str]:
    return (folder / "said").read_text().splitlines() if (folder / "said").exists() else []


def test_load_asks_systemd(tmp_path: Path, systemctl: Path) -> None:
    with daemon(tmp_path, env=env(systemctl)) as cortexd:
        assert cortexd.call("llm.load") == {"state": "loading"}
    assert said(systemctl) == ["--no-ask-password --no-block --quiet start cortex-llm.service"]


def test_what_is_loaded_is_not_loaded_again(tmp_path: Path, systemctl: Path) -> None:
    with (
        FakeLlm(tmp_path / "llm.sock") as llm,
        daemon(tmp_path, {"llm": {"url": llm.url}}, env=env(systemctl)) as cortexd,
    ):
        assert cortexd.call("llm.load") == {"state": "ready"}
        assert said(systemctl) == []
        assert cortexd.call("llm.unload") == {"state": "stopped"}
    assert said(systemctl) == ["--no-ask-password --no-block --quiet stop cortex-llm.service"]


def test_what_is_no_unit_is_left_to_whoever_started_it(tmp_path: Path, systemctl: Path) -> None:
    with (
        FakeLlm(tmp_path / "llm.sock") as llm,
        daemon(tmp_path, {"llm": {"url": llm.url, "unit": "none"}}, env=env(systemctl)) as cortexd,
    ):
        error = cortexd.refused("llm.unload")
        assert error["code"] == "LLM_UNAVAILABLE"
        assert "cortex down" in error["details"]["hint"]
    assert said(systemctl) == []


def test_a_model_in_use_is_not_unloaded(tmp_path: Path, systemctl: Path) -> None:
    with (
        FakeLlm(tmp_path / "llm.sock", chat=hang) as llm,
        daemon(tmp_path, {"llm": {"url": llm.url}}, env=env(systemctl)) as cortexd,
        cortexd.session() as busy,
    ):
        busy.send({"command": "inference", "prompt": "x", "id": "mine"})
        wait_until_asked(cortexd)
        assert cortexd.refused("llm.unload")["code"] == "DAEMON_BUSY"
        cortexd.call("inference.cancel", request_id="mine")
        assert busy.line()["error"]["code"] == "CANCELLED"
    assert said(systemctl) == []


def test_another_model_is_the_administrators_affair(cortexd: RunningDaemon) -> None:
    error = cortexd.refused("llm.load", model="other.gguf")
    assert error["code"] == "INVALID_PARAMS"
    assert "cortex llm use MODEL" in error["details"]["hint"]


def wait_until_asked(cortexd: RunningDaemon) -> None:
    import time

    for _ in range(200):
        if cortexd.call("llm.status")["queue"]["running"]:
            return
        time.sleep(0.02)
    raise AssertionError("the request does not run")
