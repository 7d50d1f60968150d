from __future__ import annotations

import msgspec

from cortex_cli import output as cli_output
from cortex_llm import output as llm_output
from cortexd.alert import MAX_LINES, Finding, Judgement, limit_evidence, make_alert, merge, sanitize
from cortexd.config import ThresholdsSection
from cortexd.identifiers import INVISIBLE
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


def test_nothing_is_hidden_in_what_comes_from_outside() -> None:
    for char in "\u00ad\u034f\u180e\u200b\u200d\u2064\u202e\u3164\ufe0f\U000e0041\U000e01ef":
        assert sanitize(f"a{char}\nb") == f"a{ascii(char)[1:-1]}\nb"


def test_all_three_programs_know_the_same_invisible_characters() -> None:
    code = [chr(number) for number in range(0xA0, 0x110000)]
    mine = [char for char in code if INVISIBLE.match(char)]
    assert mine == [char for char in code if cli_output.UNSAFE.match(char)]
    assert mine == [char for char in code if llm_output.INVISIBLE.match(char)]


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


def test_two_names_that_are_no_utf_8_stay_two() -> None:
    assert sanitize("caf\udce9") == "caf\\xe9"
    assert sanitize("caf\udce8") == "caf\\xe8"
