from __future__ import annotations

from cortexd.api.messages import Pressure
from cortexd.config import ThresholdsSection
from cortexd.rules.pressure import judge

THRESHOLDS = ThresholdsSection()


def test_a_figure_that_the_kernel_does_not_expose_is_not_judged() -> None:
    judgement = judge({"cpu": 99.0, "memory": 25.0, "io": None}, THRESHOLDS, {})
    assert [(f.kind, f.severity) for f in judgement.findings] == [("pressure_memory", "error")]
    assert judgement.normal == {}


def test_an_open_alert_has_a_margin() -> None:
    reading: Pressure = {"cpu": None, "memory": 18.0, "io": 10.0}
    assert judge(reading, THRESHOLDS, {}).findings == []
    (finding,) = judge(reading, THRESHOLDS, {"pressure_memory:machine": "error"}).findings
    assert finding.severity == "error"
