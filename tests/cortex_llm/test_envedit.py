"""Changing settings leaves the rest of the file as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_llm import envedit, envfile

FILE = "# a comment\nA=1\n#B=2\n\nC='three'  \n"


def values(text: str) -> dict[str, str]:
    return {item.name: item.value for item in envfile.parse(text)}


def test_a_line_is_replaced_where_it_stands() -> None:
    assert envedit.change_settings(FILE, {"A": "9"}) == "# a comment\nA=9\n#B=2\n\nC='three'  \n"


def test_a_comment_gives_its_place() -> None:
    assert envedit.change_settings(FILE, {"B": "9"}).splitlines()[2] == "B=9"


def test_what_is_new_goes_to_the_end() -> None:
    assert envedit.change_settings(FILE, {"D": "a b"}).endswith('D="a b"\n')


def test_none_takes_it_out_and_leaves_it_readable() -> None:
    assert envedit.change_settings(FILE, {"A": None}).splitlines()[1] == "#A=1"


def test_of_several_lines_one_stays() -> None:
    assert envedit.change_settings("A=1\nB=2\nA=3\n", {"A": "4"}) == "A=4\nB=2\n"


def test_a_value_over_lines_is_refused() -> None:
    with pytest.raises(envfile.EnvFileError, match="yourself"):
        envedit.change_settings("A=1\\\n2\nB=3\n", {"A": "4"})


@given(st.text(st.characters(exclude_characters="\0\r\n", exclude_categories=("Cs",))))
def test_any_value_is_read_back(value: str) -> None:
    assert values(f"X={envedit.quote(value)}\n").get("X") == value
