from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.model import model
from cortexd.sources.model import ModelReading

MARKS = ThresholdsSection()
USUAL = (40.0,) * 20


def test_one_that_never_was_ready_is_no_news() -> None:
    assert model(ModelReading("absent", None, False, ()), MARKS, {}).findings == []


def test_one_that_was_ready_and_is_gone() -> None:
    (finding,) = model(ModelReading("absent", "nobody listens", True, ()), MARKS, {}).findings
    assert (finding.kind, finding.hold_s) == ("llm_down", 45)
    assert "nobody listens" in finding.message
    assert "llm_down:server" in model(ModelReading("loading", None, True, ()), MARKS, {}).normal


def test_one_on_demand_that_has_been_stopped_is_well() -> None:
    found = model(ModelReading("stopped", None, True, ()), MARKS, {})
    assert found.findings == []
    assert found.normal["llm_down:server"] == "it is stopped"


def test_slower_than_its_own_baseline() -> None:
    def found(*newest: float, held: bool = False) -> list[str]:
        reading = ModelReading("ready", None, True, (*USUAL, *newest))
        mine = {"llm_slow:server": "warning"} if held else {}
        return [finding.kind for finding in model(reading, MARKS, mine).findings]  # type: ignore[arg-type]

    assert found(19, 19, 19, 19, 19) == ["llm_slow"]
    assert found(19, 19, 40, 40, 40) == []  # two slow answers are chance
    assert found(25, 25, 25, 25, 25) == []
    assert found(25, 25, 25, 25, 25, held=True) == ["llm_slow"]
    assert found(30, 30, 30, 30, 30, held=True) == []
    few = ModelReading("ready", None, True, (40.0,) * 5 + (1.0,) * 5)
    assert model(few, MARKS, {}).findings == []
