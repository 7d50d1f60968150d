"""What people call models."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm import model_names, models
from cortex_llm.errors import ModelError
from tests.support.tiny_gguf import write_model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(models, "FOLDERS", (str(tmp_path),))
    write_model(tmp_path / "Tiny-Chat.gguf", name="Tiny Chat 1B")
    write_model(tmp_path / "qwen2.5-0.5b-instruct-q4_k_m.gguf", name="other")
    return tmp_path


@pytest.mark.parametrize("text", ["tiny-chat", "TINY-CHAT.GGUF", "tiny chat 1b"])
def test_a_name_in_any_form(folder: Path, text: str) -> None:
    assert model_names.find_file(text) == folder / "Tiny-Chat.gguf"


def test_a_recommended_one_by_its_key(folder: Path) -> None:
    assert model_names.find_file("Qwen2.5-0.5B").name == "qwen2.5-0.5b-instruct-q4_k_m.gguf"


def test_a_path_and_the_built_in_one(folder: Path) -> None:
    path = folder / "Tiny-Chat.gguf"
    assert model_names.find_file(str(path)) == path
    assert model_names.find_file("builtin") == models.find_built_in()
    assert model_names.find_file("/nowhere/m.gguf") == Path("/nowhere/m.gguf")  # says so later


def test_one_that_is_not_here(folder: Path) -> None:
    with pytest.raises(ModelError, match="is not here yet") as caught:
        model_names.find_file("mistral-7b")
    assert caught.value.hint == "cortex llm pull mistral-7b"
    with pytest.raises(ModelError, match="no model 'tiny-cat'") as caught:
        model_names.find_file("tiny-cat")
    assert caught.value.hint == "did you mean Tiny-Chat?"


def test_two_of_the_same_name(folder: Path) -> None:
    write_model(folder / "second.gguf", name="Tiny Chat 1B")
    with pytest.raises(ModelError, match="may be any of"):
        model_names.find_file("tiny chat 1b")
