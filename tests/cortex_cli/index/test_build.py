import sqlite3
from pathlib import Path

from cortex_cli.index import build
from cortex_cli.index.aptlists import ListFile

OLD = "Package: x\nVersion: 1\nTag: a::b\nDescription: old\n long text\n"
NEW = "Package: x\nVersion: 1+deb12u1\nDescription: new\nRecommends: y | z\n"


def collected(tmp_path: Path, *texts: str) -> build.Collected:
    lists = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}_Packages"
        path.write_text(text)
        lists.append(ListFile(path, f"origin {number}", len(text), 0))
    return build.collect(lists, [], tmp_path / "no-status", lambda *_: None)


def test_the_newest_version_wins_in_any_order(tmp_path: Path) -> None:
    for texts in ((OLD, NEW), (NEW, OLD)):
        record = collected(tmp_path, *texts).records["x"]
        assert (record.version, record.short) == ("1+deb12u1", "new")
        assert (record.tags, record.long) == ("a::b", "long text")


def test_being_asked_for_counts(tmp_path: Path) -> None:
    demand = collected(tmp_path, NEW).demand
    assert demand["y"] > demand["z"] > demand["x"] == 0


def test_stanzas_without_name_or_version_are_left_out(tmp_path: Path) -> None:
    assert collected(
        tmp_path, "Version: 1\n\nPackage: q\n\nPackage: r\nVersion: 1\n"
    ).records.keys() == {"r"}


def test_the_file_can_be_searched(tmp_path: Path) -> None:
    db = sqlite3.connect(":memory:")
    build.write(db, collected(tmp_path, OLD), {"signature": "s"})
    assert db.execute("SELECT name, kind FROM package").fetchall() == [("x", "program")]
    assert db.execute("SELECT rowid FROM words WHERE words MATCH 'texts'").fetchall() == [(1,)]
    assert db.execute("SELECT value FROM meta").fetchall() == [("s",)]
    db.close()
