from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from cortex_cli.finding import Finding
from cortex_cli.shelf import Shelf, pack, unpack


class Orders:
    """What planted bytes would run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.system, (f"touch {self.path}",)


def test_values_come_back() -> None:
    values = {"a": Finding("fact", 0.5, "one"), "b": Finding("fact", 0.6, "two")}
    shelf = unpack(pack(Shelf.of(values)))
    assert dict(shelf) == values
    assert list(shelf) == ["a", "b"]
    assert len(shelf) == 2
    assert "a" in shelf
    assert "c" not in shelf
    assert shelf.get("c") is None


def test_a_value_is_read_when_it_is_asked_for_and_once() -> None:
    shelf = Shelf({"good": pack(Finding("fact", 0.5, "one")), "bad": b"nonsense"})
    assert shelf["good"] is shelf["good"]
    with pytest.raises(pickle.UnpicklingError):
        shelf["bad"]


def test_planted_bytes_run_nothing(tmp_path: Path) -> None:
    shelf: Shelf[str, object] = Shelf({"a": pickle.dumps(Orders(tmp_path / "ran"))})
    with pytest.raises(pickle.UnpicklingError, match="no data class of this package"):
        shelf["a"]
    with pytest.raises(pickle.UnpicklingError, match="no data class of this package"):
        unpack(pickle.dumps(Path("/")))
    assert not (tmp_path / "ran").exists()
