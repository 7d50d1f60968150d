"""The trial, run as a process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortex_cli.errors import AlreadyReported
from cortex_cli.services import model_trial
from tests.support.tiny_gguf import write_model


def test_the_built_in_model(tmp_path: Path) -> None:
    tested = model_trial.run("builtin", {**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    assert tested.profile == "nano"
    assert tested.path.exists()


def test_no_such_model(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AlreadyReported):
        model_trial.run(f"{tmp_path}/none.gguf", dict(os.environ))
    assert "no such file" in capfd.readouterr().err


def test_a_name_that_looks_like_an_option(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AlreadyReported):
        model_trial.run("--again", dict(os.environ))
    assert "no model '--again' on this machine" in capfd.readouterr().err


def test_what_is_known_without_running_it(tmp_path: Path) -> None:
    model = write_model(tmp_path / "m.gguf")
    environ = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    assert model_trial.run(str(model), environ, may_run=False).profile == "untested"
