"""The built-in weights: found, verified, and refused when they are not whole."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_llm.errors import ModelError
from cortex_llm.nano import builtin


def weights(folder: Path, size: str = "fixture", content: bytes = b"weights") -> Path:
    path = folder / f"{size}.gguf"
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    builtin.manifest_path(folder, size).write_text(
        json.dumps({"file": path.name, "sha256": digest})
    )
    return path


def test_what_is_shipped_is_whole() -> None:
    path = builtin.find_builtin_model()
    assert path.parent == builtin.weights_folder()
    with path.open("rb") as stream:
        assert stream.read(4) == b"GGUF"


@pytest.mark.parametrize("size", ["fixture", "default"])
def test_both_sizes_are_shipped(size: str) -> None:
    manifest = json.loads(builtin.manifest_path(builtin.weights_folder(), size).read_text())
    assert builtin.find_builtin_model(size).stat().st_size == manifest["bytes"]
    assert {"sha256", "tokenizer_sha256", "corpus_sha256", "seed", "versions"} <= set(manifest)


def test_the_best_size_is_preferred(tmp_path: Path) -> None:
    weights(tmp_path)
    assert builtin.find_builtin_model(folder=tmp_path).name == "fixture.gguf"
    weights(tmp_path, "default")
    assert builtin.find_builtin_model(folder=tmp_path).name == "default.gguf"
    assert builtin.find_builtin_model("fixture", tmp_path).name == "fixture.gguf"


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = weights(tmp_path)
    expected = hashlib.sha256(b"weights").hexdigest()
    path.write_bytes(b"weightS")
    with pytest.raises(ModelError) as caught:
        builtin.find_builtin_model(folder=tmp_path)
    message = str(caught.value)
    assert str(path) in message
    assert expected in message
    assert hashlib.sha256(b"weightS").hexdigest() in message
    assert builtin.REINSTALL in str(caught.value.hint)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    weights(tmp_path).unlink()
    with pytest.raises(ModelError, match=r"cannot read the built-in model .*fixture\.gguf"):
        builtin.find_builtin_model(folder=tmp_path)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing") as caught:
        builtin.find_builtin_model(folder=tmp_path)
    assert builtin.REINSTALL in str(caught.value.hint)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"file": "x"}', "\x00"])
def test_a_damaged_manifest(tmp_path: Path, text: str) -> None:
    builtin.manifest_path(tmp_path, "default").write_text(text)
    with pytest.raises(ModelError, match=r"manifest-default\.json is damaged"):
        builtin.find_builtin_model(folder=tmp_path)


def test_it_needs_only_the_standard_library() -> None:
    code = (
        "import sys; from cortex_llm.nano import builtin, prompts, sizes, chat; "
        "builtin.find_builtin_model(); "
        "print([n for n in ('torch', 'numpy', 'tokenizers', 'xllamacpp') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
