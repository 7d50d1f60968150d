from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from cortex_llm import models
from cortex_llm.errors import ModelError
from tests.support.tiny_gguf import DEFAULT_VOCAB, Value, write_model, write_split_model


def described(folder: Path, name: str = "cortex-test", **kv: Value) -> models.ModelInfo:
    extra = {key.replace("__", "."): value for key, value in kv.items()}
    return models.describe(write_model(folder / "model-file.gguf", name=name, extra_kv=extra))


def test_what_a_model_says(tiny: Path) -> None:
    info = models.describe(tiny)
    assert (info.name, info.architecture, info.quantisation) == ("cortex-test", "llama", "F16")
    assert (info.context_length, info.vocabulary, info.tokenizer) == (2048, DEFAULT_VOCAB, "gpt2")
    assert (info.chat_template, info.profile, info.truncated) == (True, "test-profile", False)
    assert info.kv_bytes_per_token == 2 * (64 + 64) * 2  # layers, keys and values, F16


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "model-file"),
        ("a,b", "a b"),
        (" two\n\x1b[31mlines ", "two [31mlines"),
        ("x" * 300, "x" * models.MAX_NAME),
        (",\x00,", "model"),
    ],
)
def test_names_are_fit_for_lists_and_terminals(tmp_path: Path, name: str, shown: str) -> None:
    assert described(tmp_path, name).name == shown


@pytest.mark.parametrize("profile", ["with space", "a,b", "", "x" * 65, "-x", "nano\n"])
def test_a_profile_that_is_no_word_is_none(tmp_path: Path, profile: str) -> None:
    assert described(tmp_path, cortex__profile=profile).profile is None


def test_grouped_heads_and_heads_by_layer(tmp_path: Path) -> None:
    assert described(tmp_path, llama__attention__head_count_kv=1).kv_bytes_per_token == 128
    per_layer = described(tmp_path, llama__attention__head_count_kv=[0, 2])
    assert per_layer.kv_bytes_per_token == 256


def test_a_file_type_that_nobody_knows_falls_back_on_the_tensors(tmp_path: Path) -> None:
    assert described(tmp_path, general__file_type=999).quantisation == "F16"


def test_what_is_not_a_language_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="names no architecture"):
        described(tmp_path, general__architecture=7)


def test_a_truncated_model_is_described_but_not_usable(tiny: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny.read_bytes()[:-100])
    assert models.describe(cut).truncated
    with pytest.raises(ModelError, match=r"truncated: it has [\d,]+ bytes of [\d,]+") as caught:
        models.describe_usable(cut)
    assert caught.value.hint == "download the model again"


def test_verify(tiny: Path) -> None:
    checksum = hashlib.sha256(tiny.read_bytes()).hexdigest()
    assert models.verify(tiny)[1] == {tiny: checksum}
    assert models.verify(tiny, checksum.upper())[1] == {tiny: checksum}
    with pytest.raises(ModelError, match=f"has the SHA-256 {checksum}, not 0000"):
        models.verify(tiny, "0" * 64)


def test_the_list(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "b.gguf").write_bytes(tiny.read_bytes())
    (tmp_path / "a.GGUF").write_bytes(b"nonsense")
    (tmp_path / "notes.txt").write_text("no model")
    found = [
        item for item in models.list_models([tmp_path, tmp_path / "none"]) if not item.built_in
    ]
    assert [item.path.name for item in found] == ["a.GGUF", "b.gguf"]
    assert "is not a GGUF model" in (found[0].problem or "")
    assert found[1].info is not None


def test_the_built_in_model_is_one_or_says_what_to_do() -> None:
    try:
        path = models.find_built_in()
    except ModelError as error:
        assert "built-in" in str(error)
    else:
        assert models.describe_usable(path).profile


def test_a_split_model_is_all_its_files(tmp_path: Path) -> None:
    whole = models.describe(write_model(tmp_path / "whole.gguf"))
    folder = tmp_path / "split"
    folder.mkdir()
    parts = write_split_model(folder, "big", 3)
    info = models.describe_usable(parts[0])
    assert info.parts == tuple(parts)
    assert info.file_bytes == sum(part.stat().st_size for part in parts)
    assert info.parameters == whole.parameters
    assert info.quantisation == whole.quantisation
    _, checksums = models.verify(parts[0])
    assert checksums == {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in parts}
    listed = models.list_models([folder])
    assert [item.path for item in listed if not item.built_in] == [parts[0]]


def test_what_a_split_model_lacks(tmp_path: Path) -> None:
    parts = write_split_model(tmp_path, "big", 3)
    with pytest.raises(ModelError, match="is part 2 of 3") as caught:
        models.describe(parts[1])
    assert caught.value.hint == f"give the first part: {parts[0]}"
    with parts[2].open("r+b") as stream:
        stream.truncate(parts[2].stat().st_size - 5)
    with pytest.raises(ModelError, match=f"{parts[2]} is truncated"):
        models.verify(parts[0])
    parts[2].unlink()
    with pytest.raises(ModelError, match=r"big-00003-of-00003\.gguf is missing"):
        models.describe_usable(parts[0])
    (only,) = [item for item in models.list_models([tmp_path]) if not item.built_in]
    assert only.problem is not None
    parts[0].unlink()
    assert [i.path for i in models.list_models([tmp_path]) if not i.built_in] == [parts[1]]
    renamed = parts[1].rename(tmp_path / "other.gguf")
    with pytest.raises(ModelError, match="not named so"):
        models.describe(renamed)
