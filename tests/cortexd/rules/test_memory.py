from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.memory import judge
from cortexd.sources.machine import MemoryReading

THRESHOLDS = ThresholdsSection()


def test_memory_and_swap() -> None:
    judgement = judge(MemoryReading(98, 98, 100, 85, 85, 100), THRESHOLDS, {})
    assert [(f.kind, f.severity) for f in judgement.findings] == [
        ("memory", "critical"),
        ("swap", "warning"),
    ]
    assert judge(MemoryReading(50, 50, 100, 0, 0, 0), THRESHOLDS, {}).findings == []


def test_pages_set_aside_are_no_part_of_what_is_used() -> None:
    (finding,) = judge(MemoryReading(98, 98, 200, 0, 0, 0, 100), THRESHOLDS, {}).findings
    assert finding.message == (
        "98 % of memory is in use: 98 of 100 MiB, 2 MiB available; "
        "100 MiB are set aside for huge pages"
    )
