from __future__ import annotations

import pytest

from cortexd.config import ThresholdsSection
from cortexd.rules.units import oom, units
from cortexd.sources.oom import OomKill
from cortexd.sources.units import UnitState

MARKS = ThresholdsSection()


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
    (finding,) = units([state], MARKS, {}).findings
    assert says in finding.message
    assert finding.kind == "unit_failed"


def test_loops_and_the_model_service() -> None:
    states = [
        UnitState("a.service", "activating", "auto-restart", "exit-code", 5, 1),
        UnitState("b.service", "active", "running", "success", 4, 0),
        UnitState("cortex-llm.service", "failed", "failed", "signal", 5, 11),
    ]
    kinds = [finding.kind for finding in units(states, MARKS, {}).findings]
    assert kinds == ["unit_restarts", "llm_failed", "llm_restarts"]
    held = units(states[1:2], MARKS, {"unit_restarts:b.service": "error"}).findings
    assert [finding.kind for finding in held] == ["unit_restarts"]
    over = units([], MARKS, {"unit_failed:a.service": "error"})
    assert "runs again" in over.normal["unit_failed:a.service"]


def test_kills_are_gathered_by_unit() -> None:
    kills = [
        OomKill(1, "java", 1, "a.service", True),
        OomKill(2, "java", 2, "a.service", True),
        OomKill(3, "python", 3, None, False),
        OomKill(4, "llama-server", 4, "cortex-llm.service", True),
    ]
    found = {finding.subject: finding for finding in oom(kills, MARKS, {}).findings}
    assert (found["a.service"].total, found["a.service"].severity) == (2, "error")
    assert (found["python"].severity, found["python"].kind) == ("critical", "oom_kill")
    assert found["cortex-llm.service"].kind == "llm_oom"
