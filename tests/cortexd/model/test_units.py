"""Asking systemd for the model server, with a systemctl that says what a real one says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cortexd.api.errors import LlmUnavailable, RequestTimeout
from cortexd.model import units


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def systemctl(folder: Path, script: str) -> None:
    path = folder / "systemctl"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_order_is_queued_and_not_waited_for(folder: Path) -> None:
    systemctl(folder, f'echo "$@" >{folder}/said')
    asyncio.run(units.queue_job("start"))
    said = (folder / "said").read_text()
    assert said == "--no-ask-password --no-block --quiet start cortex-llm.service\n"


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ("Failed: Access denied", "polkit does not allow", "sudo systemctl start cortex-llm"),
        ("Interactive authentication required.", "polkit does not allow", "sudo systemctl start"),
        ("Unit cortex-llm.service not found.", "not installed", "install-llm.sh install"),
        ("Something else", "Something else", "sudo systemctl start"),
    ],
)
def test_refusals_name_the_way_on(folder: Path, said: str, message: str, hint: str) -> None:
    systemctl(folder, f"echo '{said}' >&2; exit 1")
    with pytest.raises(LlmUnavailable, match=message) as caught:
        asyncio.run(units.queue_job("start"))
    assert hint in (caught.value.hint or "")


def test_no_systemd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LlmUnavailable, match="systemctl is not installed") as caught:
        asyncio.run(units.queue_job("stop"))
    assert "cortex up" in (caught.value.hint or "")


def test_one_that_hangs_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl(folder, "exec sleep 60")
    monkeypatch.setattr(units, "TIMEOUT_S", 0.2)
    with pytest.raises(RequestTimeout, match="did not respond within"):
        asyncio.run(units.queue_job("stop"))
