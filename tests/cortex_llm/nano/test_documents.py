"""Manuals and HTML become sentences and options."""

from __future__ import annotations

from cortex_llm.nano import documents

PAGE = r""".\" a comment
.TH LS 1
.SH NAME
ls \- list directory contents
.SH DESCRIPTION
.PP
List information about the FILEs (the current directory by default), sorted \(lqalphabetically\(rq.
.TP
\fB\-a\fR, \fB\-\-all\fR
do not ignore entries starting with . And more.
.TP
.B \-l
use a long listing format
.IP "\fB\-x\fR"
by lines
.SH AUTHOR
Somebody
"""


def test_a_manual() -> None:
    page = documents.parse_manual(PAGE)
    assert page.summary == "list directory contents"
    assert page.options == (
        ("-a, --all", "do not ignore entries starting with ."),
        ("-l", "use a long listing format"),
        ("-x", "by lines"),
    )
    assert page.paragraphs == (
        "List information about the FILEs (the current directory by default), "
        'sorted "alphabetically".',
    )


def test_no_manual_at_all() -> None:
    assert documents.parse_manual("") == documents.Manual("", (), ())


def test_html() -> None:
    long = "A paragraph that is long enough to be prose rather than a menu or a caption."
    found = documents.html_paragraphs(f"<nav><p>menu</p></nav><p>{long[:20]}<b>{long[20:]}</b></p>")
    assert found == [long]
