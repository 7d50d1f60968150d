from __future__ import annotations

from cortexd.api.messages import DiskUsage
from cortexd.config import ThresholdsSection
from cortexd.rules.disks import judge

THRESHOLDS = ThresholdsSection()


def disk(percent: float, inodes: float = 1, mount: str = "/") -> DiskUsage:
    return {"mount": mount, "device": "d", "fstype": "ext4", "used_percent": percent,
            "used_gb": 9, "total_gb": 10, "inodes_percent": inodes}  # fmt: skip


def test_disks() -> None:
    judgement = judge([disk(96, 90), disk(10, mount="/b")], THRESHOLDS, {})
    assert [(f.key, f.severity) for f in judgement.findings] == [
        ("disk_space:/", "critical"),
        ("disk_inodes:/", "warning"),
    ]
    assert set(judgement.normal) == {"disk_space:/b", "disk_inodes:/b"}
    assert judgement.findings[0].message == "/ is 96 % full: 9 of 10 GiB used, 1.00 GiB free"
