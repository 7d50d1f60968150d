"""A model is tried once: how it is recognised, and what is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cortex_llm.errors import ModelError
from cortex_llm.profiles import records
from cortex_llm.profiles.verdict import Verdict
from tests.support.tiny_gguf import write_split_model

VERDICT = Verdict("chat", "10 of 10 answers are right", 10, 10)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "m.gguf"
    path.write_bytes(os.urandom(5_000_000))
    return path


def test_a_verdict_is_found_again(tmp_path: Path, model: Path) -> None:
    file = tmp_path / "state/profiles.json"
    identity = records.identify(model)
    assert records.find(identity, (file,)) is None
    records.save(identity, VERDICT, "m", file)
    assert records.find(identity, (tmp_path / "none", file)) == VERDICT
    assert file.stat().st_mode & 0o777 == 0o644
    assert [item.name for item in file.parent.iterdir()] == [file.name]


def test_another_file_is_another_model(tmp_path: Path, model: Path) -> None:
    first = records.identify(model)
    assert records.identify(model) == first
    template = tmp_path / "t.jinja"
    template.write_text("{{ messages }}")
    assert records.identify(model, template) != first
    status = model.stat()
    with model.open("r+b") as stream:
        stream.seek(100)
        stream.write(b"changed")
    os.utime(model, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert records.identify(model) != first
    os.utime(model, ns=(1, 1))
    assert records.identify(model) != first


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        records.identify(tmp_path / "none.gguf")


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "[" * 100_000, '{"x": 5}', '{"x": {"version": 1}}', "\xff"]
)
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "profiles.json"
    file.write_text(text, encoding="latin-1")
    assert records.find("x", (file,)) is None
    records.save("x", VERDICT, "m", file)
    assert records.find("x", (file,)) == VERDICT


def test_other_questions_make_it_void(tmp_path: Path) -> None:
    file = tmp_path / "profiles.json"
    records.save("x", VERDICT, "m", file)
    kept = json.loads(file.read_text())
    kept["x"]["version"] -= 1
    file.write_text(json.dumps(kept))
    assert records.find("x", (file,)) is None


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "profiles.json"
    for number in range(records.MAX_RECORDS + 2):
        records.save(str(number), VERDICT, "m", file)
    assert records.find("1", (file,)) is None
    assert records.find("2", (file,)) == VERDICT


def test_the_users_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert records.user_file() == tmp_path / "cortex/model-profiles.json"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert records.user_file() == Path("~/.local/state/cortex/model-profiles.json").expanduser()


def test_a_model_in_several_files_is_all_of_them(tmp_path: Path) -> None:
    parts = write_split_model(tmp_path, "big", 2)
    first = records.identify(parts[0])
    parts[1].write_bytes(parts[1].read_bytes() + b"x")
    assert records.identify(parts[0]) != first
