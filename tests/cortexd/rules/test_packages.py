from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.packages import judge_broken, judge_updates, judge_vulnerabilities
from cortexd.sources.packages import Broken, Update
from cortexd.sources.vulnerabilities import Vulnerability

THRESHOLDS = ThresholdsSection()


def test_security_updates_are_told_apart() -> None:
    updates = [Update(f"p{n}", "1", "2", "Debian:12.15/oldstable") for n in range(10)]
    updates.append(Update("ssl", "1", "1+deb12u1", "Debian-Security:12/oldstable-security"))
    secure, other = judge_updates(updates, THRESHOLDS, {}).findings
    assert secure.kind == "security_updates"
    assert (secure.severity, secure.title) == ("warning", "1 security update pending")
    assert secure.evidence[0]["lines"] == [
        "ssl 1 -> 1+deb12u1 (Debian-Security:12/oldstable-security)"
    ]
    assert (other.severity, other.title) == ("info", "10 updates pending")
    assert "p7 and 2 more" in other.message
    assert set(judge_updates([], THRESHOLDS, {}).normal) == {"security_updates:apt", "updates:apt"}


def test_broken_packages_must_stay_broken() -> None:
    (finding,) = judge_broken([Broken("a", "half-configured")], THRESHOLDS, {}).findings
    assert finding.hold_s == 300
    assert "a (half-configured)" in finding.message
    assert judge_broken([], THRESHOLDS, {}).findings == []


def test_only_what_matters_of_the_vulnerabilities() -> None:
    low = Vulnerability("CVE-1", "a", "low urgency")
    serious = Vulnerability("CVE-2", "b", "remotely exploitable, high urgency")
    fixed = Vulnerability("CVE-3", "c", "fixed, low urgency")
    assert judge_vulnerabilities([low], THRESHOLDS, {}).findings == []
    (finding,) = judge_vulnerabilities([low, serious, fixed], THRESHOLDS, {}).findings
    assert (finding.severity, finding.metadata["count"]) == ("warning", "2")
    (finding,) = judge_vulnerabilities([fixed], THRESHOLDS, {}).findings
    assert finding.severity == "info"
