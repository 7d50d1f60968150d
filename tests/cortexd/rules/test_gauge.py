from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.alert import Judgement
from cortexd.config import ThresholdsSection
from cortexd.rules.disks import SPACE
from cortexd.rules.gauge import find_severity, gauge

LIMITS: Any = {"warning": 85, "critical": 95}


@pytest.mark.parametrize(
    ("value", "raised", "severity"),
    [
        (84.9, None, None),
        (85, None, "warning"),
        (82.1, "warning", "warning"),
        (81.9, "warning", None),
        (95, None, "critical"),
        (92.1, "critical", "critical"),
        (91.9, "critical", "warning"),
        (94.9, "warning", "warning"),
    ],
)
def test_hysteresis(value: float, raised: Any, severity: str | None) -> None:
    assert find_severity(value, LIMITS, raised) == severity


@given(st.floats(0, 100), st.sampled_from([None, "warning", "critical"]))
def test_what_is_raised_only_ever_lasts_longer(value: float, raised: Any) -> None:
    from cortexd.alert import RANK

    fresh, kept = find_severity(value, LIMITS, None), find_severity(value, LIMITS, raised)
    assert RANK.get(kept or "info", 0) >= RANK.get(fresh or "info", 0)


def measure(value: float, raised: Any) -> Judgement:
    return gauge(
        SPACE, "/", value, LIMITS, raised, title="t", message="m", normal="n", metadata={"a": "b"}
    )  # fmt: skip


def test_a_finding_or_the_reason_why_there_is_none() -> None:
    (finding,) = measure(96, {}).findings
    assert (finding.key, finding.severity, finding.title) == ("disk_space:/", "critical", "t")
    assert (finding.metadata, finding.hold_s) == ({"a": "b"}, SPACE.hold_s)
    assert measure(80, {}) == Judgement([], {"disk_space:/": "n"})
    assert measure(83, {"disk_space:/": "warning"}).findings
    assert not measure(83, {"disk_space:/b": "warning"}).findings


def test_fractions_are_percentages_and_warnings_come_first() -> None:
    from cortexd.api.validation import Invalid, convert

    assert convert({"disk_warn": 0.5, "load_warn": 1}, ThresholdsSection).disk_warn == 50
    assert convert({"load_warn": 1}, ThresholdsSection).load_warn == 1
    with pytest.raises(Invalid, match="above disk_crit"):
        convert({"disk_warn": 97}, ThresholdsSection)
