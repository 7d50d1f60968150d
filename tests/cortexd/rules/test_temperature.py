from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.temperature import judge
from cortexd.sources.temperature import Temperature

THRESHOLDS = ThresholdsSection()


def test_each_sensor_has_its_own_limits() -> None:
    sensors = [Temperature("a", 95, 90, 100), Temperature("b", 20, 90, 100)]
    judgement = judge(sensors, THRESHOLDS, {})
    assert [f.key for f in judgement.findings] == ["temperature:a"]
    assert set(judgement.normal) == {"temperature:b"}
