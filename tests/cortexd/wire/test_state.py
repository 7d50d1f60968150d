"""The states of a connection: which frame leads where, and what nothing leads out of."""

from __future__ import annotations

import pytest

from cortexd.api.framing import Kind
from cortexd.wire.state import State

ASKING = (State.FRESH, State.OPEN, State.BARE)
FINAL = (State.UNTRUSTED, State.HALF_CLOSED, State.CLOSING)


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (Kind.LINE, State.OPEN),
        (Kind.BARE, State.BARE),
        (Kind.GARBAGE, State.OPEN),
        (Kind.TOO_LARGE, State.UNTRUSTED),
    ],
)
def test_what_a_frame_changes(kind: Kind, after: State) -> None:
    assert {state.after_frame(kind) for state in ASKING} == {after}
    assert [state.after_frame(kind) for state in FINAL] == list(FINAL)


def test_a_late_newline_matters_only_after_a_bare_request() -> None:
    assert State.BARE.after_late_newline() is State.OPEN
    for state in State:
        if state is not State.BARE:
            assert state.after_late_newline() is state


def test_lost_trust_does_not_reopen_what_is_ending() -> None:
    assert {state.after_lost_trust() for state in ASKING} == {State.UNTRUSTED}
    assert [state.after_lost_trust() for state in FINAL] == list(FINAL)
