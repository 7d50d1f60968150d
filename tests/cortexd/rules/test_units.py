from __future__ import annotations

import pytest

from cortexd.config import ThresholdsSection
from cortexd.rules.units import judge
from cortexd.sources.units import UnitState

THRESHOLDS = ThresholdsSection()


@pytest.mark.parametrize(
    ("result", "status", "says"),
    [
        ("exit-code", 3, "exit status 3"),
        ("signal", 9, "killed by signal 9"),
        ("start-limit-hit", 1, "started too often"),
        ("weird", 0, "result weird"),
    ],
)
def test_why_a_unit_failed(result: str, status: int, says: str) -> None:
    state = UnitState("a.service", "failed", "failed", result, 0, status)
    (finding,) = judge([state], THRESHOLDS, {}).findings
    assert says in finding.message
    assert finding.kind == "unit_failed"


def test_loops_and_the_model_service() -> None:
    states = [
        UnitState("a.service", "activating", "auto-restart", "exit-code", 5, 1),
        UnitState("b.service", "active", "running", "success", 4, 0),
        UnitState("cortex-llm.service", "failed", "failed", "signal", 5, 11),
    ]
    kinds = [finding.kind for finding in judge(states, THRESHOLDS, {}).findings]
    assert kinds == ["unit_restarts", "llm_failed", "llm_restarts"]
    lasting = judge(states[1:2], THRESHOLDS, {"unit_restarts:b.service": "error"}).findings
    assert [finding.kind for finding in lasting] == ["unit_restarts"]
    over = judge([], THRESHOLDS, {"unit_failed:a.service": "error"})
    assert "running again" in over.normal["unit_failed:a.service"]
