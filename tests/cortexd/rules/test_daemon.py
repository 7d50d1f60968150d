from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.daemon import DaemonReading, daemon

MARKS = ThresholdsSection()


def test_all_is_well() -> None:
    found = daemon(DaemonReading("/a.db", None, 0, None, {}), MARKS, {})
    assert found.findings == []
    assert set(found.normal) == {"database:alerts"}


def test_everything_that_does_not_work() -> None:
    reading = DaemonReading("/a.db", "disk is full", 3, "/a.db.damaged-1", {"apt": "it hangs"})
    found = daemon(reading, MARKS, {})
    assert [f.key for f in found.findings] == [
        "database:alerts",
        "database_damaged:/a.db.damaged-1",
        "source_left_out:apt",
    ]
    assert "3 alerts wait in memory" in found.findings[0].message
