import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.debian.lists import ListFile
from cortex_cli.index import build, fill
from cortex_cli.index.intents import Intent

LIST = """\
Package: libx1
Version: 1
Section: libs
Description: shared library

Package: x
Version: 1
Tag: implemented-in::c, works-with::image:raster
Provides: viewer
Description: shows things
 A long text.
"""


def filled(tmp_path: Path) -> sqlite3.Connection:
    path = tmp_path / "a_Packages"
    path.write_text(LIST)
    listed = [ListFile(path, "o", 1, 0)]
    collected = build.collect(listed, [], tmp_path / "none", lambda *_: None)
    db = sqlite3.connect(":memory:")
    intents = [Intent("view", (("view", "imag"),), ("x",))]
    fill.write(db, collected, intents, [("xx", "x"), ("y", "gone")], {"signature": "s"})
    return db


def test_programs_come_first_and_are_found(tmp_path: Path) -> None:
    db = filled(tmp_path)
    rows = db.execute("SELECT id, name, kind, tags FROM package ORDER BY id").fetchall()
    assert rows == [(1, "x", "program", "image raster"), (2, "libx1", "library", "")]
    assert dict(db.execute("SELECT * FROM meta")) == {"signature": "s", "programs": "1"}
    assert db.execute("SELECT rowid FROM words WHERE words MATCH 'texts'").fetchall() == [(1,)]
    assert db.execute("SELECT * FROM command").fetchall() == [("xx", "x")]
    assert db.execute("SELECT * FROM provides").fetchall() == [("viewer", 1)]
    assert db.execute("SELECT curated > 0 FROM package ORDER BY id").fetchall() == [(1,), (0,)]
    db.close()


@given(st.text(), st.binary(max_size=100))
def test_texts_come_out_as_they_went_in(text: str, dictionary: bytes) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert fill.decompress(fill.compress(text, dictionary), dictionary) == text


def test_nothing_is_nothing() -> None:
    assert fill.decompress(b"", b"x") == ""
