from __future__ import annotations

from cortexd.api.messages import DiskUsage
from cortexd.config import ThresholdsSection
from cortexd.rules.disks import judge

THRESHOLDS = ThresholdsSection()


def disk(percent: float, inodes: float = 1, mount: str = "/") -> DiskUsage:
    return {"mount": mount, "device": "d", "fstype": "ext4", "used_percent": percent,
            "used_gb": 9, "available_gb": 1, "total_gb": 10, "inodes_percent": inodes,
            "read_only": False, "turned_read_only": False}  # fmt: skip


def test_disks() -> None:
    judgement = judge([disk(96, 90), disk(10, mount="/b")], THRESHOLDS, {})
    assert [(f.key, f.severity) for f in judgement.findings] == [
        ("disk_space:/", "critical"),
        ("disk_inodes:/", "warning"),
    ]
    assert set(judgement.normal) == {
        "disk_read_only:/", "disk_space:/b", "disk_inodes:/b", "disk_read_only:/b"
    }  # fmt: skip
    assert judgement.findings[0].message == "/ is 96 % full: 9 of 10 GiB used, 1.00 GiB free"


def test_what_is_free_is_what_can_be_written() -> None:
    """9 of 10 GiB used, and of the tenth only root gets the last quarter."""
    (finding,) = judge([{**disk(92), "available_gb": 0.75}], THRESHOLDS, {}).findings
    assert finding.message == "/ is 92 % full: 9 of 10 GiB used, 0.75 GiB free"


def test_a_full_disk_that_turns_read_only_keeps_its_alert_and_gets_another() -> None:
    full: DiskUsage = {**disk(97), "read_only": True, "turned_read_only": True}
    judgement = judge([full], THRESHOLDS, {"disk_space:/": "critical"})
    assert [(f.key, f.severity) for f in judgement.findings] == [
        ("disk_space:/", "critical"),
        ("disk_read_only:/", "error"),
    ]
    restarted: DiskUsage = {**full, "turned_read_only": False}
    (still,) = judge([restarted], THRESHOLDS, {"disk_read_only:/": "error"}).findings
    assert still.kind == "disk_read_only"


def test_a_disk_that_is_read_only_by_intent_may_be_full() -> None:
    image: DiskUsage = {**disk(100, 100), "read_only": True}
    assert judge([image], THRESHOLDS, {}).findings == []
