"""The error tree."""

from __future__ import annotations

from cortexd.api import errors
from cortexd.api.errors import BY_CODE, BY_NUMBER, CortexError, InvalidParams, find_nearest, quote


def test_codes_and_numbers_belong_together() -> None:
    for code, kind in BY_CODE.items():
        assert kind.code == code
        assert BY_NUMBER[kind.number].code == code


def test_every_error_stands_in_the_drawn_tree() -> None:
    def leaves(kind: type[CortexError]) -> list[type[CortexError]]:
        return [kind, *(leaf for sub in kind.__subclasses__() for leaf in leaves(sub))]

    assert errors.__doc__ is not None
    ours = [kind for kind in leaves(CortexError) if kind.__module__ == errors.__name__]
    assert len(ours) > 10
    for kind in ours:
        assert kind.__name__ in errors.__doc__


def test_details_and_hint_go_over_the_wire() -> None:
    error = InvalidParams("no", hint="try yes", param="x")
    assert error.wire_details() == {"param": "x", "hint": "try yes"}


def test_values_are_shown_short_and_escaped() -> None:
    assert quote("a\x1b[31m") == "'a\\x1b[31m'"
    assert len(quote("x" * 10_000)) == 80
    assert quote({"a": "ü"}) == "{'a': '\\xfc'}"


def test_nearest() -> None:
    assert find_nearest("statsu", ["status", "ping"]) == "status"
    assert find_nearest("zzz", ["status", "ping"]) is None
    assert find_nearest("x" * 1_000_000, ["status"]) is None
