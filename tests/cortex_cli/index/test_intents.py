import sqlite3
from pathlib import Path

import pytest

from cortex_cli.index import intents, schema
from cortex_cli.language import glossary

TEXT = """\
- id: spreadsheet
  en: ["spreadsheet", "calculate in tables"]
  fr: ["tableur"]
  es: ["hoja de cálculo"]
  packages: [gnumeric, calc]
  ubuntu: [calc]
- id: nothing
  en: ["nothing"]
  fr: ["rien"]
  es: ["nada"]
  packages: [gone]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "glossary").mkdir()
    (tmp_path / "catalogue/office.yaml").write_text(TEXT)
    return tmp_path / "catalogue"


def test_only_what_exists_is_kept(folder: Path) -> None:
    (found,) = intents.read({"gnumeric", "calc"}, ["Debian bookworm/main"], folder)
    assert found.packages == ("gnumeric", "calc")
    assert ("spreadsheet",) in found.phrases
    assert len(found.phrases) == 2  # the three languages say the same


def test_ubuntu_has_its_own_list(folder: Path) -> None:
    (found,) = intents.read({"gnumeric", "calc"}, ["Ubuntu noble/universe"], folder)
    assert found.packages == ("calc",)


def test_a_changed_file_changes_the_identity(folder: Path) -> None:
    before = intents.compute_identity(folder)
    (folder / "office.yaml").write_text(TEXT + "\n")
    assert intents.compute_identity(folder) != before


def test_a_changed_glossary_changes_the_identity(folder: Path) -> None:
    assert list(glossary.FOLDER.glob("*.txt"))
    (folder / "synonyms.txt").write_text("spreadsheet: calc\n")
    before = intents.compute_identity(folder, folder)
    (folder / "synonyms.txt").write_text("spreadsheet: calc, gnumeric\n")
    assert intents.compute_identity(folder, folder) != before
    assert intents.compute_identity(folder) != before


def test_it_is_written(folder: Path) -> None:
    found = intents.read({"gnumeric"}, [], folder)
    db = sqlite3.connect(":memory:")
    db.executescript(schema.TABLES)
    intents.write(db, found)
    assert db.execute("SELECT name, packages FROM intent").fetchall() == [
        ("spreadsheet", "gnumeric")
    ]
    assert db.execute("SELECT count(*) FROM phrase").fetchone() == (2,)
    db.close()
    assert intents.count_mentions(found)["gnumeric"] == 1
    assert intents.count_terms(found)["spreadsheet"] == 1
