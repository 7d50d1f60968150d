"""JSON and nothing looser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.api import strictjson
from cortexd.api.errors import InvalidJson

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert strictjson.loads(strictjson.dumps(value)) == value
    assert strictjson.loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=300))
def test_bytes_are_json_or_refused(data: bytes) -> None:
    try:
        strictjson.loads(data)
    except InvalidJson as error:
        assert error.message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":2}', "duplicate key 'a' in one object"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[-Infinity]", "Infinity is not JSON"),
        (b"[1e999]", "out of range"),
        (b"[" + b"9" * 5000 + b"]", "5000 digits"),
        (b'"\xff"', "invalid UTF-8: byte 0xff at offset 1"),
        (b'"\xed\xa0\x80"', "invalid UTF-8"),
        (b'"\\ud800"', "lone surrogate"),
        (b'{"\\udfff":1}', "lone surrogate"),
        (b'"a\0b"', "not JSON"),
        (b'"a\nb"', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":1,}', "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "nested more than 128 levels deep"),
    ],
)
def test_refused_with_a_reason(data: bytes, says: str) -> None:
    with pytest.raises(InvalidJson, match=says):
        strictjson.loads(data)


@pytest.mark.parametrize("depth", [129, 500, 900, 970, 980, 990, 1000, 5000])
@pytest.mark.parametrize("inside", [b"1", b'"\\ud83d\\ude00"'])
def test_every_depth_past_the_limit_is_refused_alike(depth: int, inside: bytes) -> None:
    with pytest.raises(InvalidJson, match="nested more than 128 levels deep"):
        strictjson.loads(b"[" * depth + inside + b"]" * depth)


def test_brackets_side_by_side_are_not_deep() -> None:
    assert len(strictjson.loads(b"[" + b",".join([b"{}"] * 1000) + b"]")) == 1000
    assert strictjson.loads(b"[" * 128 + b"]" * 128)


def test_surrogate_pairs_are_characters() -> None:
    assert strictjson.loads(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_what_utf8_cannot_hold_is_still_written() -> None:
    assert json.loads(strictjson.dumps({"a": "\ud800"})) == {"a": "\ud800"}
    assert json.loads(strictjson.dumps(10**30)) == 10**30
