from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.notify.number_check import find_invented

EVIDENCE = "/ is 91.3 % full: 1234.5 of 1352 MiB, pid 4711, version 5.2.15-2+deb12u1, at 04:57"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("It is 91.3 % full.", []),
        ("It is about 91 % full.", []),
        ("It is 91,3 % full.", []),
        ("It is 92 % full.", ["92"]),
        ("1,234.5 MiB are used.", []),
        ("1,352 MiB in all, process 4711.", []),
        ("1. Look.\n2. Clean.\n - 3) Wait.", []),
        ("1. Look at 7 files.", ["7"]),
        ("Update 5.2.15-2+deb12u1 at 04:57.", []),
        ("Update 5.2.16.", ["5.2.16"]),
        ("No figure at all.", []),
        ("It is 91.34 % full, 0 left.", ["91.34", "0"]),
    ],
)
def test_invented_numbers(text: str, wrong: list[str]) -> None:
    assert find_invented(text, EVIDENCE) == wrong


@given(st.text(alphabet="0123456789., ab\n", max_size=60))
def test_nothing_is_invented_by_repeating(text: str) -> None:
    assert find_invented(text, text) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_read(text: str, evidence: str) -> None:
    find_invented(text, evidence)
