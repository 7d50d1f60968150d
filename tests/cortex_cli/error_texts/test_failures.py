"""Logs with noise between their lines: the cause is found, and the answer says what to do."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from cortex_cli.error_texts.answerer import find_in_log
from cortex_cli.language.terms import language_of

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("failures.yaml").read_text(encoding="utf-8")
)
NOISE = [
    "systemd[1]: man-db.service: Deactivated successfully.",
    "CRON[611]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "sshd[9911]: Invalid user test from 203.0.113.4 port 40022",
    "sshd[9911]: Connection closed by 203.0.113.4 port 40022 [preauth]",
    "kernel: ACPI Warning: SystemIO range 0x428-0x42F conflicts with OpRegion 0x400-0x47F",
    "dbus-daemon[588]: [system] Successfully activated service 'org.freedesktop.timedate1'",
    'rsyslogd[601]: [origin software="rsyslogd" swVersion="8.2302.0"] rsyslogd was HUPed',
    "systemd[1]: Started session-21.scope - Session 21 of User ops.",
    "snmpd[820]: Connection from UDP: [192.0.2.200]:40497->[192.0.2.15]:161",
    "chronyd[600]: Source 203.0.113.40 online",
]


def noisy(lines: list[str], seed: int) -> str:
    """``lines`` in their order with noise around them, dated where a program wrote them."""
    dice = random.Random(seed)
    text = []
    for number, line in enumerate(lines):
        text += [dated(dice.choice(NOISE), number) for _ in range(dice.randrange(4))]
        text.append(dated(line, number) if "]: " in line or "kernel: " in line else line)
    text += [dated(dice.choice(NOISE), len(lines)) for _ in range(3)]
    return "\n".join(text)


def dated(line: str, second: int) -> str:
    return f"Oct 09 11:20:{second:02d} box {line}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['entry']}")
@pytest.mark.parametrize("seed", [1, 2])
def test_cause_and_remedy(case: dict[str, Any], seed: int) -> None:
    question = case["question"]
    found = find_in_log(noisy(case["lines"], seed), question, language_of(question))
    assert found is not None
    assert found.subject == case["entry"]
    answer = "\n".join([found.text, *(one.text for one in found.commands)])
    for words in case["words"]:
        assert words.lower() in answer.lower()
    assert len(answer.splitlines()) <= 12
