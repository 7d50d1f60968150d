"""One alert has one name, whatever the client calls it; or all are meant."""

from __future__ import annotations

from typing import Any

import pytest

from cortexd.api.alert_params import AlertsParams, DismissParams
from cortexd.api.validation import Invalid, convert


@pytest.mark.parametrize("name", ["id", "uuid", "alert_id"])
def test_one_is_named(name: str) -> None:
    assert convert({name: "a-1"}, DismissParams).chosen == "a-1"
    assert convert({name: "a-1", "id": "a-1"}, DismissParams).chosen == "a-1"


def test_all() -> None:
    assert convert({"all": True}, DismissParams).chosen is None


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, 'give either an "id"'),
        ({"id": "a", "all": True}, 'give either an "id"'),
        ({"uuid": "a", "all": True}, 'give either an "id"'),
        ({"id": "a", "uuid": "b"}, "name different alerts"),
        ({"uuid": "x" * 65}, "uuid is"),
        ({"uid": "a"}, "uid is unknown"),
    ],
)
def test_what_names_none(params: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid) as caught:
        convert(params, DismissParams)
    problem = caught.value.problem
    assert says in f"{'.'.join(problem.path)} {problem.reason}"


def test_a_status_that_is_asked_for_is_not_hidden() -> None:
    assert not convert({}, AlertsParams).hides_dismissed
    assert convert({"include_dismissed": False}, AlertsParams).hides_dismissed
    asked = convert({"include_dismissed": False, "status": "dismissed"}, AlertsParams)
    assert not asked.hides_dismissed
