from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_llm.envfile import Assignment, EnvFileError, parse


def values(text: str) -> dict[str, str]:
    return {item.name: item.value for item in parse(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("K=plain", "plain"),
        ("K=", ""),
        ("  K = spaced out \t\n", "spaced out"),
        ("K='single $HOME \\ \"'", 'single $HOME \\ "'),
        ('K="double \\" \\\\ \\$ \\` \\n"', 'double " \\ $ ` \\n'),
        ("K=joined\\\nlines", "joinedlines"),
        ('K="joined \\\nlines"', "joined lines"),
        ('K="two\nlines"', "two\nlines"),
        ("K=\"one\"' two'", "one two"),
        ("K='one'two", "onetwo"),
        ("K=it's", "it's"),
        ("K=a\\ b\\ ", "a b "),
        ("K=a#b ; c", "a#b ; c"),
        ("K=/models/größe.gguf", "/models/größe.gguf"),
    ],
)
def test_values_are_read_as_systemd_reads_them(text: str, value: str) -> None:
    assert values(text) == {"K": value}


def test_comments_and_empty_lines_are_skipped() -> None:
    text = "# one\n; two\\\nA=1\n\n  # three\nB=2\n"
    assert parse(text) == [Assignment("A", "1", 3), Assignment("B", "2", 6)]


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert parse("\ufeffA=1\nB=2\n") == [Assignment("A", "1", 1), Assignment("B", "2", 2)]
    assert values("\ufeff# a comment\nA=1\n") == {"A": "1"}


GENERATOR = Path("/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator")


@pytest.mark.skipif(not GENERATOR.exists(), reason="needs systemd")
@pytest.mark.parametrize(
    "text",
    [
        "A=1\r\nB= 2 \r\n",
        "A=1\rB=2\n",
        "A=1\rB=2\rC=3",
        "\n\n ; c\nA='1 2'\\\n 3\n",
        "A=\"1\\\n2\" 'x'\nB=y\\ \n",
        'A=1 # no comment\nB="1" 2\n',
        "\ufeff# only a comment bears the mark\nA=1\n",
    ],
)
def test_systemd_parses_the_same(tmp_path: Path, text: str) -> None:
    (tmp_path / "environment.d").mkdir()
    (tmp_path / "environment.d/a.conf").write_bytes(text.encode())
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([GENERATOR], env=environ, capture_output=True, check=True)
    shown = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())
    assert {name: shown.get(name, "").strip('"') for name in values(text)} == values(text)


def test_later_assignments_come_later() -> None:
    assert [item.value for item in parse("A=1\nA=2")] == ["1", "2"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("A=1\nnonsense\n", 2, "NAME=value"),
        ("A=1\n\nB-C=1", 3, "'B-C' is not a valid variable name"),
        ("export A=1", 1, "'export A' is not a valid variable name"),
        ("=1", 1, "is not NAME=value"),
        ("A=1\nB='open\nstill", 2, "unclosed"),
        ('B="open', 1, "unclosed"),
        ("A=1\0", 1, "NUL"),
    ],
)
def test_what_systemd_would_drop_is_refused_by_line(text: str, line: int, words: str) -> None:
    with pytest.raises(EnvFileError, match=words) as caught:
        parse(text)
    assert caught.value.line == line


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except EnvFileError:
        return
    assert all(item.name.isidentifier() for item in found)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_quoted_value_comes_back_whatever_it_is(value: str) -> None:
    quoted = "".join("\\" + char if char in '"\\`$' else char for char in value)
    assert values(f'K="{quoted}"') == {"K": value}


SYSTEMD_RUN = shutil.which("systemd-run")


@pytest.mark.skipif(SYSTEMD_RUN is None, reason="no systemd-run here")
@pytest.mark.root
def test_systemd_agrees(tmp_path: Path) -> None:
    if not Path("/run/systemd/system").is_dir():
        pytest.skip("systemd does not run here")
    file = tmp_path / "env"
    file.write_text('K="a \\\n\\"b" \'c\'d \\ \n')
    assert SYSTEMD_RUN
    ask = [SYSTEMD_RUN, "--quiet", "--pipe", "--wait", f"--property=EnvironmentFile={file}"]
    shown = subprocess.run(
        [*ask, "printenv", "K"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown == values(file.read_text())["K"] + "\n"
