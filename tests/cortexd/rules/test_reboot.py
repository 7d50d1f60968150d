from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.reboot import judge

THRESHOLDS = ThresholdsSection()


def test_a_reboot_names_the_packages_that_need_it() -> None:
    (finding,) = judge(["linux-image"], THRESHOLDS, {}).findings
    assert (finding.severity, "linux-image" in finding.message) == ("info", True)
    assert judge(None, THRESHOLDS, {}).findings == []
