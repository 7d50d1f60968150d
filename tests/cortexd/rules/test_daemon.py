from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.daemon import DaemonReading, judge

THRESHOLDS = ThresholdsSection()


def test_all_is_well() -> None:
    judgement = judge(DaemonReading("/a.db", None, 0, None, {}, {}), THRESHOLDS, {})
    assert judgement.findings == []
    assert set(judgement.normal) == {"database:alerts"}


def test_everything_that_does_not_work() -> None:
    reading = DaemonReading(
        "/a.db", "disk is full", 3, "/a.db.damaged-1", {"apt": "it hangs"}, {"metrics": "port 1"}
    )
    judgement = judge(reading, THRESHOLDS, {})
    assert [f.key for f in judgement.findings] == [
        "database:alerts",
        "database_damaged:/a.db.damaged-1",
        "source_left_out:apt",
        "source_left_out:metrics",
    ]
    assert "3 alerts kept in memory" in judgement.findings[0].message
