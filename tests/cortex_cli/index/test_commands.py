import gzip
from pathlib import Path

from cortex_cli.index import commands

CONTENTS = b"""\
bin/bash                     shells/bash
usr/bin/convert              graphics/im6,graphics/gm
usr/bin/deep/er              misc/deep
usr/games/sl                 games/sl
usr/sbin/nginx               httpd/nginx
usr/share/doc/usr/bin/never  doc/never
"""
CNF = "suite: x\n\nname: gimp\nversion: 1\ncommands: gimp,gimp-2.10\n"


def read(folder: Path) -> list[tuple[str, str]]:
    return [pair for found in commands.find_lists(folder) for pair in commands.read(found)]


def test_contents(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "host_main_Contents-amd64.gz", "wb") as stream:
        stream.write(CONTENTS)
    assert read(tmp_path) == [
        ("bash", "bash"),
        ("convert", "im6"),
        ("convert", "gm"),
        ("sl", "sl"),
        ("nginx", "nginx"),
    ]


def test_command_not_found(tmp_path: Path) -> None:
    (tmp_path / "host_main_cnf_Commands-amd64").write_text(CNF)
    assert read(tmp_path) == [("gimp", "gimp"), ("gimp-2.10", "gimp")]


def test_what_dpkg_installed(tmp_path: Path) -> None:
    (tmp_path / "info").mkdir()
    (tmp_path / "info/bash:amd64.list").write_text("/.\n/bin\n/bin/bash\n/usr/share/x\n")
    assert list(commands.read_installed(tmp_path / "status")) == [("bash", "bash")]


def test_other_lists_are_none(tmp_path: Path) -> None:
    (tmp_path / "host_main_Packages").write_text("Package: x\n")
    assert commands.find_lists(tmp_path) == []
