from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.cpu import judge
from cortexd.sources.machine import CpuReading

THRESHOLDS = ThresholdsSection()


def test_cpu_and_load() -> None:
    judgement = judge(CpuReading(99, 50, 50, 4), THRESHOLDS, {})
    assert [f.kind for f in judgement.findings] == ["cpu", "load"]
    assert all(f.hold_s >= 300 for f in judgement.findings)
    assert judge(CpuReading(50, 8, 8, 4), THRESHOLDS, {}).findings == []


def test_the_load_must_fall_by_a_quarter() -> None:
    reading = CpuReading(50, 13, 13, 4)
    assert judge(reading, THRESHOLDS, {}).findings == []
    (finding,) = judge(reading, THRESHOLDS, {"load:machine": "warning"}).findings
    assert finding.message == "The 5-minute load average is 13 on 4 CPUs"
