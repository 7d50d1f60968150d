from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cortex_llm.__main__ import main
from tests.support.tiny_gguf import write_model

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".cortex/models"
    folder.mkdir(parents=True)
    (folder / "good.gguf").write_bytes(tiny.read_bytes())
    (folder / "bad.gguf").write_bytes(b"nonsense")
    (folder / "cut.gguf").write_bytes(tiny.read_bytes()[:-100])
    monkeypatch.setenv("HOME", str(tmp_path))
    return folder


def test_list(home: Path, capsys: Capture) -> None:
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{home}/bad.gguf  unusable: ")
    assert lines[1].startswith(f"{home}/cut.gguf  cortex-test  truncated")
    assert lines[2].startswith(f"{home}/good.gguf  cortex-test  F16  ")


def test_list_for_programs(home: Path, capsys: Capture) -> None:
    assert main(["models", "list", "--json"]) == 0
    bad, cut, good, *_ = json.loads(capsys.readouterr().out)
    assert (bad["path"], good["path"]) == (f"{home}/bad.gguf", f"{home}/good.gguf")
    assert "is not a GGUF model" in bad["problem"]
    assert (cut["truncated"], good["truncated"]) == (True, False)
    assert good["profile"] == "test-profile"


def test_info(tiny: Path, capsys: Capture) -> None:
    assert main(["models", "info", str(tiny)]) == 0
    out = capsys.readouterr().out
    for line in ("architecture  llama", "context       2,048 tokens", "profile       test-profile"):
        assert line in out


def test_info_of_a_truncated_model_shows_it_and_fails(home: Path, capsys: Capture) -> None:
    assert main(["models", "info", "--json", str(home / "cut.gguf")]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["truncated"] is True
    assert "is truncated" in shown.err


def test_info_of_a_hostile_name_is_escaped(tmp_path: Path, capsys: Capture) -> None:
    path = write_model(tmp_path / "m.gguf", extra_kv={"tokenizer.ggml.model": "x\x1b[2J"})
    assert main(["models", "info", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_verify(tiny: Path, capsys: Capture) -> None:
    checksum = hashlib.sha256(tiny.read_bytes()).hexdigest()
    assert main(["models", "verify", str(tiny)]) == 0
    assert capsys.readouterr().out == f"{checksum}  {tiny}\n"
    assert main(["models", "verify", str(tiny), "--sha256", checksum, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sha256"] == checksum
    assert main(["models", "verify", str(tiny), "--sha256", "0" * 64]) == 1
    assert main(["models", "verify", str(tiny), "--sha256", "abc"]) == 2
    assert "is not 64 hexadecimal digits" in capsys.readouterr().err


def test_verify_reads_what_info_would_not(home: Path, capsys: Capture) -> None:
    assert main(["models", "verify", str(home / "cut.gguf")]) == 1
    assert "download the model again" in capsys.readouterr().err
