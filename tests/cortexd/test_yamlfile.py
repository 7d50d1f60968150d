"""YAML with the lines of its keys, and the older form with headers."""

from __future__ import annotations

import re
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


# Ten levels of ten aliases each: 10^10 values.
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11)
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (BOMB, "line 1: YAML anchors and aliases are not allowed: &a0"),
        ("a: {b: &x 1}\nc: *x\n", "line 1: YAML anchors and aliases are not allowed: &x"),
        ("llm:\n  url: *nowhere\n", "line 2: YAML anchors and aliases are not allowed: *nowhere"),
        ("x: &x {y: 1}\nz:\n  <<: *x\n", "not allowed: &x"),
        ("[llm]\nurl: &x y\n", "line 2: YAML anchors"),
    ],
)
def test_aliases_are_refused(tmp_path: Path, text: str, shown: str) -> None:
    path = tmp_path / "daemon.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(shown)) as raised:
        yamlfile.read(path)
    assert raised.value.hint


def test_a_text_may_have_these_signs(tmp_path: Path) -> None:
    path = tmp_path / "daemon.yaml"
    path.write_text("a: '*.log'\nb: x & y\nc: \"&z\"\n# *no alias\n")
    assert yamlfile.read(path).values == {"a": "*.log", "b": "x & y", "c": "&z"}
