from pathlib import Path

from cortex_cli.debian.lists import ListFile
from cortex_cli.index import build

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


def test_descriptions_in_other_languages_stay_apart(tmp_path: Path) -> None:
    packages = tmp_path / "a_Packages"
    packages.write_text("Package: x\nVersion: 1\nDescription: a tool\nDescription-md5: 77\n")
    french = tmp_path / "a_Translation-fr"
    french.write_text("Package: x\nDescription-md5: 77\nDescription-fr: un outil\n très long\n")
    lists, texts = ([ListFile(path, "o", 1, 0)] for path in (packages, french))
    record = build.collect(lists, texts, tmp_path / "none", lambda *_: None).records["x"]
    assert (record.short, record.local) == ("a tool", {"fr": ("un outil", "très long")})
