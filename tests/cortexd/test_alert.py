from __future__ import annotations

import msgspec

from cortexd.alert import MAX_LINES, Finding, bounded, from_finding, printable
from cortexd.rules import KINDS
from tests.support.alert_stock import alert


def test_a_finding_becomes_an_alert() -> None:
    finding = Finding("disk_space", "/a", "warning", "t", "m", {"mount": "/a"})
    told = from_finding(finding, KINDS["disk_space"], now=5.9)
    assert (told.key, told.type, told.source, told.open) == (
        "disk_space:/a",
        "disk_usage",
        "disks",
        True,
    )
    wire = told.wire()
    assert (wire["timestamp"], wire["description"], wire["status"]) == (5, "m", "active")
    assert "analysis" not in wire
    assert (
        from_finding(msgspec.structs.replace(finding, total=3), KINDS["disk_space"]).occurrences
        == 3
    )


def test_what_comes_from_outside_is_made_harmless() -> None:
    evil = "a\x1b[31m\r\u202eb\ud800"
    shown = printable(evil)
    assert shown.isprintable()
    assert "\x1b" not in shown
    assert printable("a\nb") == "a\nb"
    assert len(printable("x" * 5000)) == 2000
    assert len(bounded({"title": "t", "lines": ["x"] * 100})["lines"]) == MAX_LINES


def test_the_wire_says_what_a_person_did() -> None:
    assert alert(status="acknowledged").wire()["acknowledged"]
    assert alert(status="resolved").wire()["resolved"]
    assert not alert(status="dismissed").wire()["resolved"]
