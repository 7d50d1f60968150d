"""The files of the service in /etc."""

from __future__ import annotations

from pathlib import Path

from cortex_llm import service_files


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new/llm.env"
    service_files.replace_file(path, "A=1\n")
    service_files.replace_file(path, "A=2\n")
    assert path.read_text() == "A=2\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["llm.env"]
