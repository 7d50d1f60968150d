from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from cortex_cli import compiled
from cortex_cli.finding import Finding


class Orders:
    """What a planted copy would run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.system, (f"touch {self.path}",)


@pytest.fixture
def room(tmp_path: Path) -> Path:
    made = tmp_path / "room"
    made.mkdir()
    (made / "a.yaml").write_text("- id: one\n")
    return made


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"CORTEX_CACHE_DIR": str(tmp_path / "cache")}


def load(room: Path, environ: dict[str, str], text: str = "built") -> str:
    return compiled.load(room, Finding, lambda: Finding("fact", 0.5, text), environ).text


def copies(environ: dict[str, str]) -> list[Path]:
    return list(Path(environ["CORTEX_CACHE_DIR"]).iterdir())


def test_the_copy_is_read_the_second_time(room: Path, environ: dict[str, str]) -> None:
    assert load(room, environ, "first") == "first"
    assert load(room, environ, "not built again") == "first"


def test_a_yaml_file_is_parsed_once(room: Path, environ: dict[str, str]) -> None:
    file = room / "a.yaml"
    assert compiled.read_yaml(file, environ) == [{"id": "one"}]
    (copy,) = copies(environ)
    written = copy.stat().st_mtime_ns
    assert compiled.read_yaml(file, environ) == [{"id": "one"}]
    assert copy.stat().st_mtime_ns == written
    file.write_text("- id: another\n")
    assert compiled.read_yaml(file, environ) == [{"id": "another"}]
    assert len(copies(environ)) == 1


def test_a_changed_file_makes_a_new_copy_and_drops_the_old_one(
    room: Path, environ: dict[str, str]
) -> None:
    load(room, environ, "first")
    (room / "a.yaml").write_text("- id: another\n")
    assert load(room, environ, "second") == "second"
    assert len(copies(environ)) == 1


@pytest.mark.parametrize("damage", [b"", b"\x80", b"nonsense", pickle.dumps(["another kind"])])
def test_a_damaged_copy_is_made_again(room: Path, environ: dict[str, str], damage: bytes) -> None:
    load(room, environ)
    copies(environ)[0].write_bytes(damage)
    assert load(room, environ, "again") == "again"


def test_a_planted_copy_runs_nothing(room: Path, environ: dict[str, str], tmp_path: Path) -> None:
    load(room, environ)
    copies(environ)[0].write_bytes(pickle.dumps(Orders(tmp_path / "ran")))
    assert load(room, environ, "again") == "again"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("mode", [0o666, 0o664])
def test_a_copy_that_others_may_write_is_not_read(
    room: Path, environ: dict[str, str], mode: int
) -> None:
    load(room, environ, "first")
    copies(environ)[0].chmod(mode)
    assert load(room, environ, "second") == "second"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_copy_of_another_user_is_not_read(room: Path, environ: dict[str, str]) -> None:
    load(room, environ, "first")
    os.chown(copies(environ)[0], 65534, 65534)
    assert load(room, environ, "second") == "second"


def test_it_works_without_a_place_to_write(room: Path) -> None:
    assert load(room, {"CORTEX_CACHE_DIR": "/proc/nowhere"}) == "built"
