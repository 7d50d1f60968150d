"""YAML with the lines of its keys, and the older form with headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortexd import yamlfile
from cortexd.api.errors import ConfigError


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("# one\nllm:\n  url: x\n\n  slots: 3\nlog: {level: info}\n")
    file = yamlfile.read(path)
    assert file.values == {"llm": {"url": "x", "slots": 3}, "log": {"level": "info"}}
    assert file.locate(("llm", "slots")) == f"{path}, line 5"
    assert file.locate(("log", "level")) == f"{path}, line 6"
    assert file.locate(("nowhere",)) == str(path)


def test_headers(tmp_path: Path) -> None:
    path = tmp_path / "daemon.conf"
    path.write_text("[llm]  # the model\nmodel_path: /m.gguf\n\nn_threads: 4\n[log]\nlevel: info\n")
    file = yamlfile.read(path)
    assert file.values == {
        "llm": {"model_path": "/m.gguf", "n_threads": 4},
        "log": {"level": "info"},
    }
    assert file.locate(("llm", "n_threads")) == f"{path}, line 4"


def test_a_missing_file_is_the_caller_s_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        yamlfile.read(tmp_path / "none")
    with pytest.raises(ConfigError):
        yamlfile.read(tmp_path)
