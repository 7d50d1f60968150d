import gzip
from collections import Counter
from pathlib import Path

import pytest

from cortex_cli.index import texts
from cortex_cli.index.texts import File, Places
from tests.support import manpages


@pytest.fixture(scope="module")
def real() -> Places:
    return Places.from_environ(manpages.environment(manpages.unpacked()))


def of_name(places: Places, name: str) -> File:
    return next(file for file in places.find_all() if file.name == name)


def test_real_pages_units_and_readmes_are_found(real: Places) -> None:
    kinds = Counter(file.kind for file in real.find_all())
    assert kinds["man"] > 200
    assert kinds["unit"] >= 4
    assert kinds["readme"] >= 5
    assert {"ss", "lsof", "tar", "ssh.service"} <= {file.name for file in real.find_all()}


def test_what_a_real_page_says(real: Places) -> None:
    file = of_name(real, "ss")
    assert (file.kind, file.section, file.is_brief) == ("man", "8", False)
    said = texts.read(file)
    assert said is not None
    assert said.summary == "another utility to investigate sockets"
    assert "-l, --listening Display only listening sockets" in said.options
    assert "dump socket statistics" in said.body


def test_what_a_unit_and_a_readme_say(real: Places) -> None:
    unit = texts.read(of_name(real, "ssh.service"))
    assert unit is not None
    assert unit.summary == "OpenBSD Secure Shell server"
    assert "ExecStart=/usr/sbin/sshd -D $SSHD_OPTS" in unit.body
    readme = texts.read(next(file for file in real.find_all() if file.kind == "readme"))
    assert readme is not None
    assert readme.summary
    assert readme.summary in " ".join(readme.body.split("\n"))


def places(folder: Path) -> Places:
    return Places((folder / "a", folder / "b"), (folder / "etc", folder / "lib"), folder / "doc")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


PAGE = ".SH NAME\n{0} \\- about {0}\n.SH OPTIONS\n.TP\n\\-x\nDo it.\n"


def test_the_first_of_a_name_counts_and_links_do_not(tmp_path: Path) -> None:
    write(tmp_path / "a/man1/x.1", PAGE.format("first"))
    write(tmp_path / "b/man1/x.1.gz", PAGE.format("second"))
    write(tmp_path / "b/man1/y.1ssl.gz", PAGE.format("y"))
    write(tmp_path / "b/man1/odd.8", PAGE.format("odd"))
    (tmp_path / "b/man1/z.1").symlink_to("x.1.gz")
    write(tmp_path / "etc/x.service", "[Unit]\nDescription=own\n")
    write(tmp_path / "lib/x.service", "[Unit]\nDescription=shipped\n")
    write(tmp_path / "lib/x.conf", "[Unit]\nDescription=none\n")
    found = list(places(tmp_path).find_all())
    assert [(file.name, file.section) for file in found] == [
        ("x", "1"),
        ("y", "1ssl"),
        ("x.service", ""),
    ]
    assert [said.summary for file in found if (said := texts.read(file))] == [
        "about first",
        "about y",
        "own",
    ]


def test_one_of_thousands_is_read_for_what_it_is_for(tmp_path: Path) -> None:
    for number in range(texts.LARGE_FAMILY + 1):
        write(tmp_path / f"a/man1/cloud_do_{number}.1", PAGE.format(f"number {number}"))
    write(tmp_path / "a/man1/other.1", PAGE.format("other"))
    found = {file.name: file for file in places(tmp_path).find_all()}
    assert found["cloud_do_7"].is_brief
    assert texts.read(found["cloud_do_7"]) == texts.Text("about number 7")
    other = texts.read(found["other"])
    assert other is not None
    assert other.options == "-x Do it."


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bjunk", b"\xff\xfe", b".so man1/x.1\n"])
def test_what_says_nothing(tmp_path: Path, content: bytes) -> None:
    for name, kind in (("x.1.gz", "man"), ("x.service", "unit"), ("README.Debian.gz", "readme")):
        (tmp_path / name).write_bytes(content)
        file = File(str(tmp_path / name), "", kind, "x")  # type: ignore[arg-type]
        said = texts.read(file)
        assert said is None or (kind == "readme" and content == b"\xff\xfe")
        assert texts.read(File(str(tmp_path / "none"), "", kind, "x")) is None  # type: ignore[arg-type]


def test_stamps_change_with_what_is_there(tmp_path: Path) -> None:
    here = places(tmp_path)
    assert list(here.list_stamps()) == []
    write(tmp_path / "a/man1/x.1", PAGE.format("x"))
    write(tmp_path / "etc/x.service", "[Unit]\nDescription=one\n")
    first = list(here.list_stamps())
    write(tmp_path / "etc/x.service", "[Unit]\nDescription=another\n")
    second = list(here.list_stamps())
    assert second != first
    write(tmp_path / "a/man1/new.1", PAGE.format("new"))
    assert list(here.list_stamps()) != second
