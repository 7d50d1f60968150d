from __future__ import annotations

from pathlib import Path

from cortexd.alerts.store import Store
from cortexd.api.messages import DiskUsage
from cortexd.config import ThresholdsSection
from cortexd.identifiers import identify
from cortexd.monitoring.history import KEPT_MINUTES, History
from cortexd.sources.machine import CpuReading


def disk(mount: str, percent: float) -> DiskUsage:
    return {"mount": mount, "device": "d", "fstype": "ext4", "used_percent": percent,
            "used_gb": 1, "available_gb": 1, "total_gb": 2, "inodes_percent": 1,
            "read_only": False, "turned_read_only": False}  # fmt: skip


def test_a_minute_is_a_mean_and_a_day_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    history = History(store)
    for minute in range(KEPT_MINUTES + 130):
        history.add_reading("cpu", CpuReading(10, 1.0, 1.0, 2))
        history.add_reading("cpu", CpuReading(20, 3.0, 1.0, 2))
        history.store_minute(minute)
    assert history.read_series("cpu", KEPT_MINUTES + 130, 2) == [
        (KEPT_MINUTES + 128, 15.0),
        (KEPT_MINUTES + 129, 15.0),
    ]
    kept = store.read_samples("cpu", 0)
    assert KEPT_MINUTES <= len(kept) <= KEPT_MINUTES + 61
    store.close()


def test_a_disk_that_fills_up_is_announced(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    history = History(store)
    thresholds = ThresholdsSection()
    for minute in range(120):
        history.add_reading("disks", [disk("/", 60 + minute / 12), disk("/still", 70)])
        history.store_minute(minute)
    (finding,) = history.judge_trends(thresholds, 120).findings
    assert finding.subject == "/"
    assert "full in about 6 h" in finding.message
    assert "disk_trend:/still" in history.judge_trends(thresholds, 120).normal
    history.restart(120)  # the clock was set: nobody knows any more
    assert history.judge_trends(thresholds, 121).findings == []
    store.close()


def test_a_value_that_is_no_number_costs_only_itself(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db")
    history = History(store)
    name = identify(b"/mnt/caf\xe9")
    history.add_reading("disks", [disk(name, 97), disk("/b", float("nan"))])
    history.store_minute(7)
    assert history.read_series(f"disk {name}", 8, 5) == [(7, 97)]
    assert history.read_series("disk /b", 8, 5) == []
    store.close()
