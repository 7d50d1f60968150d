"""A model is run once to find out its profile."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cortex_llm import models, profiling, trial
from cortex_llm.config import Settings
from cortex_llm.profiles import records
from cortex_llm.profiles.verdict import Verdict
from tests.support.daemon import eventually
from tests.support.fake_llama_server import hanging
from tests.support.model_server import CHECKOUT, clean_environment
from tests.support.tiny_gguf import write_model


@pytest.fixture(autouse=True)
def own_records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_model_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = models.describe(write_model(tmp_path / "m.gguf"))
    settings = Settings(engine="xllamacpp")
    first = profiling.find_profile(model, settings)
    assert first.profile == "base"  # random weights end no answer
    assert first.asked == 10
    monkeypatch.setattr(trial, "run_trial", lambda *_, **__: pytest.fail("it is tried again"))
    assert profiling.find_profile(model, settings) == first


def test_a_stop_during_the_trial_leaves_nothing(tmp_path: Path) -> None:
    """``cortex down`` while a model is tested: its engine ends, its folder goes."""
    # Not the weights of another test here, which may be on record: those are not tried again.
    model, temporary = write_model(tmp_path / "m.gguf", seed=4711), tmp_path / "tmp"
    temporary.mkdir()
    environ = clean_environment(
        CORTEX_LLM_MODEL_PATH=str(model),
        CORTEX_LLM_ENGINE="llama-server",
        CORTEX_LLM_SERVER=str(hanging(tmp_path / "llama-server")),
        CORTEX_LLM_HOST=str(tmp_path / "llm.sock"),
        TMPDIR=str(temporary),
    )
    argv = [sys.executable, "-m", "cortex_llm", "serve", "--trial"]
    with subprocess.Popen(argv, cwd=CHECKOUT, env=environ, stderr=subprocess.DEVNULL) as process:
        engine = eventually(lambda: psutil.Process(process.pid).children(), "the engine")[0]
        eventually(lambda: list(temporary.iterdir()), "its folder", 60)
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
    assert not engine.is_running()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = models.describe(write_model(tmp_path / "m.gguf"))
    (tmp_path / "state").write_text("a file")
    verdict = Verdict("tiny", "why")
    assert profiling.record(verdict, model, Settings()) == verdict
    assert "cannot keep the result" in capsys.readouterr().err


def test_a_model_in_the_services_folder_is_recorded_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "SYSTEM_FILE", tmp_path / "models/profiles.json")
    for folder, file in [("models", records.SYSTEM_FILE), ("mine", records.user_file())]:
        (tmp_path / folder).mkdir()
        model = models.describe(write_model(tmp_path / folder / "m.gguf", seed=len(folder)))
        profiling.record(Verdict("tiny", "why"), model, Settings())
        assert records.find(records.identify(model.path), (file,)) is not None


def test_it_is_described_with_what_it_is_good_for() -> None:
    text = profiling.describe(Verdict("chat", "9 of 10 answers are right", 9, 10))
    assert text == (
        "chat (9 of 10 answers are right); good for: open questions, explanations, alerts"
    )
    assert records.SYSTEM_FILE.parent.name == "models"  # the service sees this folder
