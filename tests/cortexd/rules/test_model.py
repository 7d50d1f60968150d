from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.model import judge
from cortexd.sources.model import ModelReading

THRESHOLDS = ThresholdsSection()
USUAL = (40.0,) * 20


def test_one_that_never_was_ready_is_no_news() -> None:
    assert judge(ModelReading("absent", None, False, ()), THRESHOLDS, {}).findings == []


def test_one_that_was_ready_and_is_gone() -> None:
    (finding,) = judge(ModelReading("absent", "nobody listens", True, ()), THRESHOLDS, {}).findings
    assert (finding.kind, finding.hold_s) == ("llm_down", 45)
    assert "nobody listens" in finding.message
    assert (
        "llm_down:server" in judge(ModelReading("loading", None, True, ()), THRESHOLDS, {}).normal
    )


def test_an_idle_on_demand_server_is_healthy() -> None:
    judgement = judge(ModelReading("stopped", None, True, ()), THRESHOLDS, {})
    assert judgement.findings == []
    assert judgement.normal["llm_down:server"] == "stopped"


def test_slower_than_its_own_baseline() -> None:
    def kinds(*newest: float, raised: bool = False) -> list[str]:
        reading = ModelReading("ready", None, True, (*USUAL, *newest))
        severities = {"llm_slow:server": "warning"} if raised else {}
        return [finding.kind for finding in judge(reading, THRESHOLDS, severities).findings]  # type: ignore[arg-type]

    assert kinds(19, 19, 19, 19, 19) == ["llm_slow"]
    assert kinds(19, 19, 40, 40, 40) == []  # two slow answers are chance
    assert kinds(25, 25, 25, 25, 25) == []
    assert kinds(25, 25, 25, 25, 25, raised=True) == ["llm_slow"]
    assert kinds(30, 30, 30, 30, 30, raised=True) == []
    few = ModelReading("ready", None, True, (40.0,) * 5 + (1.0,) * 5)
    assert judge(few, THRESHOLDS, {}).findings == []
