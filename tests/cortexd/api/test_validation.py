"""What a wrong value is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from cortexd.api.messages import BatchParams, InferenceParams
from cortexd.api.validation import Invalid, Problem, convert


class Inner(Struct, forbid_unknown_fields=True):
    number: int
    path: Path | None = None


class Outer(Struct, forbid_unknown_fields=True):
    inner: Inner
    many: list[Inner] = []


NUMBER = ("inner", "number")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, Problem(("inner",), "is missing", None)),
        ({"inner": {"number": "x"}}, Problem(NUMBER, "is 'x': expected int, got str", None)),
        (
            {"inner": {"numbre": 1}},
            Problem(("inner", "numbre"), "is unknown", "did you mean number?"),
        ),
        (
            {"inner": {"number": 1}, "zzz": 1},
            Problem(("zzz",), "is unknown", "valid names: inner, many"),
        ),
        (
            {"inner": {"number": 1}, "many": [{"number": 1}, {}]},
            Problem(("many", "1", "number"), "is missing", None),
        ),
    ],
)
def test_problems(value: Any, problem: Problem) -> None:
    with pytest.raises(Invalid) as caught:
        convert(value, Outer)
    assert caught.value.problem == problem


def test_a_home_that_nobody_has() -> None:
    with pytest.raises(Invalid) as caught:
        convert({"inner": {"number": 1, "path": "~no-such-user/x"}}, Outer)
    assert caught.value.problem.path == ("inner", "path")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["prompt", "prompts", "messages", "role", "content", "a.b", "", "`", "[0]"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(values, st.sampled_from([InferenceParams, BatchParams]))
def test_any_value_is_valid_or_has_a_problem(value: Any, to: type[Any]) -> None:
    try:
        convert(value, to)
    except Invalid as error:
        assert error.problem.reason
