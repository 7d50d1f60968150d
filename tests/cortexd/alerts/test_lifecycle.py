from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cortexd.alert import Finding, Judgement
from cortexd.alerts.lifecycle import CLEAR_S, Lifecycle, OpenAlert, Raise, Resolve, Update
from cortexd.api.messages import Severity


def finding(severity: Severity = "warning", hold_s: float = 5, **more: Any) -> Finding:
    return Finding("disk_space", "/", severity, "title", "message", hold_s=hold_s, **more)


def judge(*findings: Finding) -> Judgement:
    return Judgement(list(findings))


NORMAL = Judgement([], {"disk_space:/": "all is well"})


def add_alert(life: Lifecycle, severity: Severity = "warning") -> OpenAlert:
    alert = OpenAlert("id", "disk_space:/", "disks", severity, "active", "title")
    life.add(alert)
    return alert


def test_a_condition_must_last() -> None:
    life = Lifecycle()
    assert life.step("disks", judge(finding()), 0, 0) == []
    assert life.is_waiting("disks")
    assert life.step("disks", NORMAL, 2, 2) == []  # it did not
    assert life.step("disks", judge(finding()), 3, 3) == []
    (change,) = life.step("disks", judge(finding()), 8, 8)
    assert isinstance(change, Raise)


def test_the_wall_clock_raises_and_resolves_nothing() -> None:
    life = Lifecycle()
    assert life.step("disks", judge(finding()), 0, 0) == []
    assert life.step("disks", judge(finding()), 1, 1e9) == []
    add_alert(life)
    assert life.step("disks", NORMAL, 2, -1e9) == []


def test_it_is_counted_and_changes_in_place() -> None:
    life = Lifecycle()
    alert = add_alert(life)
    assert life.step("disks", judge(finding()), 1, 11) == []
    assert (alert.occurrences, alert.last_seen) == (2, 11)
    (change,) = life.step("disks", judge(finding("critical")), 2, 12)
    assert isinstance(change, Update)
    assert (alert.severity, alert.occurrences) == ("critical", 3)
    (change,) = life.step("disks", judge(finding("warning")), 3, 13)  # and down again
    assert isinstance(change, Update)
    assert life.step("disks", judge(finding(total=77)), 4, 14) == []
    assert alert.occurrences == 77


def test_it_is_resolved_once_it_is_normal_for_a_while() -> None:
    life = Lifecycle()
    add_alert(life)
    assert life.step("disks", NORMAL, 0, 0) == []
    assert life.step("disks", judge(finding()), 5, 5) == []  # it came back
    assert life.step("disks", NORMAL, 6, 6) == []
    assert life.step("disks", NORMAL, 6 + CLEAR_S - 1, 0) == []
    (change,) = life.step("disks", NORMAL, 6 + CLEAR_S, 0)
    assert isinstance(change, Resolve)
    assert change.reason == "all is well"
    assert life.open == {}


def test_a_subject_that_is_gone_is_over_at_once() -> None:
    life = Lifecycle()
    add_alert(life)
    (change,) = life.step("disks", Judgement(), 0, 0)
    assert isinstance(change, Resolve)
    assert change.reason == "no longer present"


def test_other_sources_are_left_alone() -> None:
    life = Lifecycle()
    add_alert(life)
    assert life.step("memory", Judgement(), 0, 0) == []
    assert life.severities("memory") == {}
    assert life.severities("disks") == {"disk_space:/": "warning"}
    (change,) = life.forget_source("disks", "not monitored")
    assert isinstance(change, Resolve)


def test_a_dismissed_one_stays_quiet_until_it_is_worse() -> None:
    life = Lifecycle()
    alert = add_alert(life)
    alert.status = "dismissed"
    assert life.step("disks", judge(finding()), 1, 1) == []
    (change,) = life.step("disks", judge(finding("critical")), 2, 2)
    assert isinstance(change, Update)
    assert change.reopened
    assert alert.status == "active"


@given(st.lists(st.sampled_from(["warning", "critical", None, "gone"]), max_size=60))
def test_there_is_never_more_than_one(course: list[Any]) -> None:
    life = Lifecycle()
    open_count = 0
    for now, state in enumerate(course):
        judgement = NORMAL if state is None else Judgement()
        if state in ("warning", "critical"):
            judgement = judge(finding(state, hold_s=2))
        for change in life.step("disks", judgement, now * 4.0, now):
            if isinstance(change, Raise):
                open_count += 1
                add_alert(life, change.finding.severity)
            elif isinstance(change, Resolve):
                open_count -= 1
        assert open_count in (0, 1)
        assert len(life.open) == open_count
