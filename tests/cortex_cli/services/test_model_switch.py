"""``cortex llm use`` under ``cortex up``: live, tested first, and back if the model fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cortex_cli.conftest import Cortex, environment, pass_trial
from tests.support.real_models import GEMMA_BASE, SMOLLM2, require


@pytest.fixture
def up(tmp_path: Path, runtime: Path, models: dict[str, Path]) -> Iterator[Cortex]:
    """The command with both services up, serving the model of the profile nano."""
    cortex = Cortex(environment(tmp_path, runtime))
    started = cortex.run("up", "--model", str(models["nano"]))
    assert started.returncode == 0, started.stderr
    yield cortex
    cortex.run("down")


def status(cortex: Cortex) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(cortex.run("llm", "status", "--json").stdout)
    return reply


def test_another_model_is_served_at_once(up: Cortex, models: dict[str, Path]) -> None:
    pass_trial(up, models["chat"])
    done = up.run("llm", "use", str(models["chat"]))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny-chat is served; profile chat, good for: open questions")
    after = status(up)
    assert (after["model"], after["profile"], after["state"]) == ("tiny-chat", "chat", "ready")


def test_a_model_that_fails_changes_nothing(
    up: Cortex, models: dict[str, Path], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(models["chat"].read_bytes()[:-5000])
    for name, words in [(str(cut), "is truncated"), ("nonesuch", "no model 'nonesuch'")]:
        done = up.run("llm", "use", name)
        assert done.returncode == 1
        assert words in done.stderr
    done = up.run("up", "--model", str(cut))
    assert done.returncode == 1
    assert (status(up)["model"], status(up)["state"]) == ("cortex-nano-tiny", "ready")


def test_a_real_small_model_is_told_for_what_it_is(up: Cortex) -> None:
    done = up.run("llm", "use", str(require(SMOLLM2)))
    assert done.returncode == 0, done.stderr
    assert "profile tiny, good for: putting what Cortex has found into words" in done.stdout
    assert status(up)["profile"] == "tiny"
    answer = up.run("llm", "use", str(require(SMOLLM2)))
    assert "testing" not in answer.stderr  # it is known by now


def test_a_base_model_is_refused_without_force(up: Cortex) -> None:
    done = up.run("llm", "use", str(require(GEMMA_BASE)))
    assert done.returncode == 1
    assert "is a base model: it continues text instead of answering" in done.stderr
    assert status(up)["model"] == "cortex-nano-tiny"


def test_where_nothing_runs(cortex: Cortex) -> None:
    done = cortex.run("llm", "use", "builtin")
    assert done.returncode == 1
    assert "hint: run: cortex up; then: cortex llm use builtin" in done.stderr
