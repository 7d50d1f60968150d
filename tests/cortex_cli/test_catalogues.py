from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cortex_cli import catalogues


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "room" / "catalogue"
    made.mkdir(parents=True)
    (made / "b.yaml").write_text("- id: two\n  text: {en: 'é'}\n")
    (made / "a.yaml").write_text("- id: one\n")
    return made


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"CORTEX_CACHE_DIR": str(tmp_path / "cache")}


EXPECTED = [("a", [{"id": "one"}]), ("b", [{"id": "two", "text": {"en": "é"}}])]


def test_files_come_in_order_and_the_copy_says_the_same(
    folder: Path, environ: dict[str, str]
) -> None:
    assert catalogues.read(folder, environ) == EXPECTED
    (copy,) = Path(environ["CORTEX_CACHE_DIR"]).iterdir()
    marked = json.loads(copy.read_text())
    marked[0][1][0]["id"] = "from the copy"
    copy.write_text(json.dumps(marked))
    assert catalogues.read(folder, environ)[0] == ("a", [{"id": "from the copy"}])


def test_a_changed_file_makes_a_new_copy_and_drops_the_old_one(
    folder: Path, environ: dict[str, str]
) -> None:
    catalogues.read(folder, environ)
    (folder / "a.yaml").write_text("- id: another\n")
    assert catalogues.read(folder, environ)[0] == ("a", [{"id": "another"}])
    assert len(list(Path(environ["CORTEX_CACHE_DIR"]).iterdir())) == 1


@pytest.mark.parametrize("damage", ["", "[1", '{"a": 1}', "[[1]]", "\x00"])
def test_a_damaged_copy_is_made_again(folder: Path, environ: dict[str, str], damage: str) -> None:
    catalogues.read(folder, environ)
    (copy,) = Path(environ["CORTEX_CACHE_DIR"]).iterdir()
    copy.write_text(damage)
    assert catalogues.read(folder, environ) == EXPECTED


def test_a_copy_that_anybody_may_write_is_not_read(folder: Path, environ: dict[str, str]) -> None:
    catalogues.read(folder, environ)
    (copy,) = Path(environ["CORTEX_CACHE_DIR"]).iterdir()
    copy.write_text('[["a", "planted"]]')
    copy.chmod(0o666)
    assert catalogues.read(folder, environ) == EXPECTED


def test_it_works_without_a_place_to_write(folder: Path) -> None:
    assert catalogues.read(folder, {"CORTEX_CACHE_DIR": "/proc/nowhere"}) == EXPECTED


def test_what_is_not_yaml_is_an_error(folder: Path, environ: dict[str, str]) -> None:
    (folder / "c.yaml").write_text("a: [")
    with pytest.raises(yaml.YAMLError):
        catalogues.read(folder, environ)
