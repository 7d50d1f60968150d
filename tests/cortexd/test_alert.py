from __future__ import annotations

import msgspec

from cortexd.alert import MAX_LINES, Finding, Judgement, limit_evidence, make_alert, merge, sanitize
from cortexd.config import ThresholdsSection
from cortexd.rules import KINDS
from tests.support.alert_stock import alert


def test_a_finding_becomes_an_alert() -> None:
    finding = Finding("disk_space", "/a", "warning", "t", "m", {"mount": "/a"})
    raised = make_alert(finding, KINDS["disk_space"], now=5.9)
    assert (raised.key, raised.type, raised.source, raised.open) == (
        "disk_space:/a",
        "disk_usage",
        "disks",
        True,
    )
    reply = raised.to_reply()
    assert (reply["timestamp"], reply["description"], reply["status"]) == (5, "m", "active")
    assert "analysis" not in reply
    assert (
        make_alert(msgspec.structs.replace(finding, total=3), KINDS["disk_space"]).occurrences == 3
    )


def test_what_comes_from_outside_is_made_harmless() -> None:
    evil = "a\x1b[31m\r\u202eb\ud800"
    cleaned = sanitize(evil)
    assert cleaned.isprintable()
    assert "\x1b" not in cleaned
    assert sanitize("a\nb") == "a\nb"
    assert len(sanitize("x" * 5000)) == 2000
    assert len(limit_evidence({"title": "t", "lines": ["x"] * 100})["lines"]) == MAX_LINES


def test_the_wire_says_what_a_person_did() -> None:
    assert alert(status="acknowledged").to_reply()["acknowledged"]
    assert alert(status="resolved").to_reply()["resolved"]
    assert not alert(status="dismissed").to_reply()["resolved"]


def test_every_kind_is_described_with_settings_that_exist() -> None:
    thresholds = dict.fromkeys(ThresholdsSection.__struct_fields__, 1)
    for kind in KINDS.values():
        assert kind.raised_when.format_map(thresholds)
        assert kind.resolved_when
        assert set(kind.settings) <= set(thresholds)


def test_judgements_are_merged() -> None:
    first = Judgement([Finding("reboot", "machine", "info", "t", "m")], {"a": "1"})
    merged = merge([first, Judgement(), Judgement([], {"b": "2"})])
    assert merged == Judgement(first.findings, {"a": "1", "b": "2"})
