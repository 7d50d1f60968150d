from __future__ import annotations

from pathlib import Path

import pytest

from cortex_llm.errors import ModelError
from cortex_llm.splits import find_first_part, find_parts, list_siblings


def test_all_parts_in_order(tmp_path: Path) -> None:
    parts = [tmp_path / f"m-0000{number}-of-00002.gguf" for number in (1, 2)]
    for part in parts:
        part.touch()
    assert find_parts(parts[0], 0, 2) == parts


@pytest.mark.parametrize(("number", "count"), [(2, 2), (0, 1 << 40), (5, 3)])
def test_numbers_that_cannot_be(tmp_path: Path, number: int, count: int) -> None:
    with pytest.raises(ModelError, match="is damaged"):
        find_parts(tmp_path / "m-00001-of-00002.gguf", number, count)


def test_several_are_missing(tmp_path: Path) -> None:
    first = tmp_path / "m-00001-of-00004.gguf"
    first.touch()
    with pytest.raises(ModelError, match=r"m-00002-of-00004\.gguf and 2 more are missing"):
        find_parts(first, 0, 4)


def test_the_first_part_by_name() -> None:
    assert find_first_part(Path("/m/a-00003-of-00007.gguf")) == Path("/m/a-00001-of-00007.gguf")
    assert find_first_part(Path("/m/a.gguf")) is None


def test_the_other_parts_by_name(tmp_path: Path) -> None:
    names = ["a-00001-of-00002.gguf", "a-00002-of-00002.gguf", "a-00002-of-00003.gguf", "b.gguf"]
    for name in names:
        (tmp_path / name).touch()
    assert list_siblings(tmp_path / names[0]) == [tmp_path / names[1]]
    assert list_siblings(tmp_path / "b.gguf") == []
