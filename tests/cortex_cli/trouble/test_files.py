from __future__ import annotations

from pathlib import Path

from cortex_cli.trouble.files import MAX_CHARS, text_of


def test_what_cannot_be_read_is_empty(tmp_path: Path) -> None:
    assert text_of(tmp_path / "absent") == ""
    assert text_of(tmp_path) == ""


def test_bytes_that_are_no_text_are_read(tmp_path: Path) -> None:
    path = tmp_path / "value"
    path.write_bytes(b"\xff\xfe")
    assert text_of(path)


def test_a_large_file_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_text("x" * (MAX_CHARS + 5))
    assert len(text_of(path)) == MAX_CHARS
