import gzip
from pathlib import Path

import pytest

from cortex_cli.debian.manpages import Manuals

FROB = r""".\" a comment
.TH FROB 8
.SH NAME
frob \- frobnicate \fBfiles\fR
.SH SYNOPSIS
.B frob
[\fIOPTION\/\fR]... \fIFILE\fR
.SH DESCRIPTION
Frob reads each file.
.PP
A port is set with \fB\-p\fR \fIPORT\fR.
.SH OPTIONS
.TP
.BR \-v ", " \-\-verbose
Say more.
.TP
\fB\-\-[no\-]colour\fR=\fIWHEN\fR
Colour.
.IP "\fB\-q\fR" 4
Quiet; see also
.B "\-x"
"""
MDOC = r""".Dd May 1, 2020
.Sh NAME
.Nm mfrob
.Nd an mdoc page
.Sh SYNOPSIS
.Nm mfrob
.Op Fl 4n
.Sh DESCRIPTION
.Bl -tag
.It Fl b Ar address
Bind, see
.Xr ip 8 ,
as
.Cm Start
does.
.It Cm Start Ns = Ns Ar when
Begin.
.Fl c
"""


@pytest.fixture
def manuals(tmp_path: Path) -> Manuals:
    (tmp_path / "man8").mkdir()
    (tmp_path / "man1").mkdir()
    (tmp_path / "man8/frob.8.gz").write_bytes(gzip.compress(FROB.encode()))
    (tmp_path / "man1/mfrob.1").write_text(MDOC)
    (tmp_path / "man1/alias.1").write_text(".so man8/frob.8\n")
    (tmp_path / "man1/loop.1").write_text(".so man1/loop.1\n")
    (tmp_path / "man1/frob-init.1").write_text(FROB)
    (tmp_path / "man1/broken.1.gz").write_bytes(b"\x1f\x8bjunk")
    return Manuals.from_environ({"MANPATH": f"/nonexistent:{tmp_path}"})


def test_a_page(manuals: Manuals) -> None:
    page = manuals.find("frob")
    assert page is not None
    assert (page.title, page.summary) == ("frob(8)", "frobnicate files")
    assert page.synopsis == "frob [OPTION]... FILE"
    assert page.paragraphs[:2] == ["Frob reads each file.", "A port is set with -p PORT."]
    assert page.options == {"-p", "-v", "--verbose", "--colour", "--no-colour", "-q", "-x"}


def test_a_page_in_mdoc(manuals: Manuals) -> None:
    page = manuals.find("mfrob")
    assert page is not None
    assert page.summary == "an mdoc page"
    assert {"-b", "-c", "-4n"} <= page.options
    assert page.paragraphs == [
        "-b address Bind, see ip(8), as Start does.",
        "Start = when Begin. -c",
    ]


def test_links_and_subcommands(manuals: Manuals) -> None:
    found = [
        manuals.find("alias"),
        manuals.find_command("frob", "init"),
        manuals.find_command("frob"),
    ]
    assert [page.title if page else None for page in found] == [
        "frob(8)",
        "frob-init(1)",
        "frob(8)",
    ]


@pytest.mark.parametrize("name", ["loop", "broken", "nothing", "../man8/frob", "", "a/b", "x\0"])
def test_what_is_no_page(manuals: Manuals, name: str) -> None:
    assert manuals.find(name) is None
