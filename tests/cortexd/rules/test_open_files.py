from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.open_files import judge
from cortexd.sources.machine import FilesReading

THRESHOLDS = ThresholdsSection()


def test_handles_are_nearly_used_up() -> None:
    (finding,) = judge(FilesReading(96, 100), THRESHOLDS, {}).findings
    assert finding.severity == "critical"
    assert judge(FilesReading(5, 100), THRESHOLDS, {}).findings == []
    assert FilesReading(5, 0).percent == 0
