import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.debian.deb822 import (
    MAX_STANZA_BYTES,
    NotControlData,
    Reader,
    drop_comments,
    parse_names,
    split_description,
    split_stanzas,
)
from tests.cortexd.sources.test_packages import NEEDS_APT, make_root

TEXT = b"Package: a\nDepends: b,\n c\nNoise: x\n\n\nPACKAGE: d\nVersion:1\n"


def test_fields_are_read_with_what_continues_them() -> None:
    reader = Reader(["Package", "Depends", "Version"])
    assert [reader.read(stanza) for stanza in split_stanzas([TEXT])] == [
        {"Package": "a", "Depends": "b,\n c"},
        {"Package": "d", "Version": "1"},
    ]


@given(st.lists(st.integers(0, len(TEXT)), max_size=5))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    ends = sorted(cuts)
    pieces = [TEXT[a:b] for a, b in zip([0, *ends], [*ends, len(TEXT)], strict=True)]
    reader = Reader(["Package", "Depends", "Version"])
    assert [reader.read(each) for each in split_stanzas(pieces)] == [
        reader.read(each) for each in split_stanzas([TEXT])
    ]


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    for stanza in split_stanzas([data]):
        Reader(["Package"]).read(stanza)


def test_a_stanza_without_end_is_refused() -> None:
    with pytest.raises(NotControlData):
        list(split_stanzas([b"x" * (MAX_STANZA_BYTES + 1)]))


def test_a_description_has_a_short_line_and_paragraphs() -> None:
    assert split_description("a tool\n It does\n this.\n .\n And that.") == (
        "a tool",
        "It does\nthis.\n\nAnd that.",
    )
    assert split_description("") == ("", "")


def test_names_of_a_relation() -> None:
    relation = "libc6 (>= 2.34), mail-transport-agent | postfix:any [amd64]"
    assert list(parse_names(relation)) == [
        ("libc6", 0),
        ("mail-transport-agent", 0),
        ("postfix", 1),
    ]


def test_what_apt_reads_too() -> None:
    """As ``apt-cache show`` reads them: CRLF, white space before a colon, a value below."""
    text = b"Package : a\r\nVersion:\t1\r\nDepends:\r\n b,\r\n c\r\n\r\nPackage: d\r\n"
    reader = Reader(["Package", "Depends", "Version"])
    for cut in range(len(text)):
        stanzas = split_stanzas([text[:cut], text[cut:]])
        assert [reader.read(stanza) for stanza in stanzas] == [
            {"Package": "a", "Version": "1", "Depends": "b,\n c"},
            {"Package": "d"},
        ]


def test_relations_without_spaces() -> None:
    relation = "a(>=1)|b[amd64],\n c<!nocheck>,d:any(<< 2), , ${misc:Depends}"
    assert [name for name, _ in parse_names(relation)] == ["a", "b", "c", "d", "${misc"]


def test_comments_of_sources() -> None:
    assert drop_comments(b"#a\nTypes: deb\n#Enabled: no\n #x") == b"Types: deb\n #x"


PAIR = "Package: x1\nVersion: 1\n{0}\nPackage: x2\nVersion: 2\n{0}"
MORE = f"Architecture: amd64\nFilename: p.deb\nSize: 5\nSHA256: {'0' * 64}\n"


@NEEDS_APT
@pytest.mark.parametrize(
    "text",
    [
        PAIR,
        PAIR.replace("\n", "\r\n"),
        PAIR.replace(": ", " : "),
        PAIR.replace(": ", ":"),
        PAIR.replace(": ", ":\t\x0b \x0c"),
        PAIR.replace("Package", "package").replace("Version", "VERSION"),
        PAIR.replace("Version: 1", "Version: 1 \nVersion: 3\t"),
        PAIR.replace("\nPackage: x2", " \nPackage: x2"),  # a blank with a space goes on
        PAIR.replace("\nPackage: x2", "\n\n\nPackage: x2"),
    ],
    ids=["plain", "crlf", "space", "no space", "other space", "case", "twice", "blank", "blanks"],
)
def test_apt_reads_the_same(tmp_path: Path, text: str) -> None:
    root = make_root(tmp_path)
    (path,) = (root / "var/lib/apt/lists").glob("*_Packages")
    data = text.format(MORE).encode()
    path.write_bytes(data)
    options = ["-o", f"Dir={root}", "-o", f"Dir::State::status={root}/var/lib/dpkg/status"]
    done = subprocess.run(
        ["apt-cache", *options, "policy", "x1", "x2"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    theirs = re.findall(r"^(x\d):\n.*\n  Candidate: (\S+)$", done.stdout, re.MULTILINE)
    reader = Reader(["Package", "Version"])
    ours = [reader.read(stanza) for stanza in split_stanzas([data])]
    assert [(each["Package"], each["Version"]) for each in ours] == theirs
    assert theirs
