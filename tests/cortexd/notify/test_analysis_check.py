"""Explanations of alerts that may be shown, and those that may not."""

from __future__ import annotations

import time

import pytest

from cortexd.notify.analysis_check import find_fault

TITLE = "/var is 96 % full"
EVIDENCE = """critical: /var is 96 % full
/var is 96 % full: 1.2 GiB of 30.0 GiB are free
mount: /var
Biggest folders:
/var/log/journal 21.4 GiB
/var/lib/docker 3.1 GiB"""

GOOD = [
    "The file system /var is 96 % full because /var/log/journal takes 21.4 GiB. "
    "It is urgent: little space is left. Check the journal's size first.",
    "/var is nearly full. The journal in /var/log/journal uses most of the disk. "
    "Free space soon, or services will fail.",
    "/var has 1.2 GiB left. Run journalctl to see what fills the logs. "
    "Also check the configuration of logrotate and the firewall.",
    "The space on /var is used up by journal files (21.4 GiB) and docker data (3.1 GiB).",
]

BAD = [
    # invented names and numbers
    ("/var is full because of 777 files.", "invents 777"),
    ("/var is full: look at /var/log/syslog first.", "invents /var/log/syslog"),
    ("/var is full because nginx.service writes to it.", "invents nginx.service"),
    # causes that nothing in the evidence supports
    ("/var is full because of malware on this machine.", "malware"),
    ("/var is full. The likely cause is a memory leak.", "memory, leak"),
    ("/var is full due to a faulty hard drive.", "faulty"),
    ("/var may have been attacked by hackers.", "attack"),
    ("The database on /var has grown.", "database"),
    ("/var is full since the last update.", "update"),
    ("/var is full because the permissions are wrong.", "permission"),
    ("The CPU is overloaded, so /var is full.", "cpu"),
    # form
    ("", "empty"),
    ("This is an important message that you should read carefully.", "subject"),
    ("/var is full. " * 9, "9 sentences"),
    (
        "/var is full and the space is used by files in it and it is full and the space is used "
        "by files in it.",
        "repeats itself",
    ),
    ("/var is full!!!!!!!!!!!!!!!!!!", "repeats itself"),
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_evidence_says_may_be_shown(text: str) -> None:
    assert find_fault(text, TITLE, EVIDENCE, "stop") is None


@pytest.mark.parametrize(("text", "words"), BAD)
def test_what_it_does_not_say_is_dropped(text: str, words: str) -> None:
    fault = find_fault(text, TITLE, EVIDENCE, "stop")
    assert fault is not None
    assert words in fault


@pytest.mark.parametrize("reason", ["length", "content_filter", ""])
def test_only_a_complete_one_is_shown(reason: str) -> None:
    assert "incomplete" in (find_fault(GOOD[0], TITLE, EVIDENCE, reason) or "")


# How SmolLM2-135M-Instruct explained alerts at temperature 0, up to its first paragraph's end.
SMOLLM2 = [
    (
        "/var is 96 % full",
        EVIDENCE,
        "This alert is a result of a Linux system monitoring daemon, which is a Linux kernel "
        "module called the Linux system monitoring daemon. It is a Linux kernel module that is "
        "used to monitor and control the Linux kernel. It is a Linux kernel module that is used "
        "to monitor and control the Linux kernel.",
    ),
    (
        "12 security updates are pending",
        "openssl 3.0.11-1 -> 3.0.14-1\nlibc6 2.36-9 -> 2.36-9+deb12u7\nthe oldest for 9 days",
        "This alert is about a recent security update that has been detected by a Linux system. "
        "The update is 9 days old, and it is pending. It is a security update that has been "
        "detected by a Linux system. The update is 2.36-9+deb12u7, which is a Linux kernel "
        "release.",
    ),
    (
        "CPU usage stays high",
        "All CPUs together were at 98 % for 10 minutes\nffmpeg 187 %\npython3 9 %",
        "The alert is not a technical issue, but rather a warning about a critical system resource "
        "that needs to be addressed. The alert is not a technical issue, but rather a warning "
        "about a critical system resource that needs to be addressed.",
    ),
]


@pytest.mark.parametrize(("title", "evidence", "text"), SMOLLM2)
def test_what_the_weakest_chat_model_says_is_dropped(title: str, evidence: str, text: str) -> None:
    assert find_fault(text, title, evidence, "stop") is not None


HOSTILE = ["a" * 200_000, "/a.b" * 50_000, "- * 1. " * 30_000, ". " * 90_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    assert find_fault(text, TITLE, EVIDENCE, "stop") is not None
    assert time.process_time() - started < 5
