"""What is here, what it is good for, and what fits."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from cortex_llm import model_overview, models, recommended
from cortex_llm.config import Settings
from cortex_llm.machine import Machine
from tests.support.tiny_gguf import write_model

SMALL = Machine(2 << 30, "RAM", 2 << 30, 2)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(models, "FOLDERS", (str(tmp_path),))


def test_the_overview_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_model(tmp_path / "a.gguf", name="A")
    (tmp_path / "b.gguf").write_text("no model")
    model_overview.command(argparse.Namespace())
    overview = json.loads(capsys.readouterr().out)
    first, broken, nano = overview["models"]
    assert (first["name"], first["profile"], first["fits"]) == ("A", "untested", True)
    assert "is not a GGUF model" in broken["problem"]
    assert (nano["built_in"], nano["profile"]) == (True, "nano")
    assert {row["key"] for row in overview["recommended"]} == {m.key for m in recommended.MODELS}


def test_what_fits_this_machine() -> None:
    rows = {row["key"]: row for row in model_overview.describe_recommended([], SMALL)}
    assert rows["qwen2.5-0.5b"]["fits"]
    assert rows["mistral-7b"]["problem"] == "needs 8 GiB of memory"
    assert [row["key"] for row in rows.values() if row["suggested"]] == ["qwen2.5-0.5b"]


def test_a_recommended_one_that_is_here(tmp_path: Path) -> None:
    path = write_model(tmp_path / "qwen2.5-0.5b-instruct-q4_k_m.gguf")
    entries = models.list_models()
    rows = model_overview.describe_recommended(entries, SMALL)
    assert next(row for row in rows if row["path"])["path"] == str(path)
    assert not model_overview.describe_entry(
        entries[0], Settings(), Machine(1 << 20, "RAM", 1 << 20, 1)
    )["fits"]
