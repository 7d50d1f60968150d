from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.packages import apt, cve, dpkg
from cortexd.sources.packages import Broken, Update
from cortexd.sources.vulnerabilities import Vulnerability

MARKS = ThresholdsSection()


def test_security_updates_are_told_apart() -> None:
    updates = [Update(f"p{n}", "1", "2", "Debian:12.15/oldstable") for n in range(10)]
    updates.append(Update("ssl", "1", "1+deb12u1", "Debian-Security:12/oldstable-security"))
    secure, other = apt(updates, MARKS, {}).findings
    assert secure.kind == "security_updates"
    assert (secure.severity, secure.title) == ("warning", "1 security update is pending")
    assert secure.evidence[0]["lines"] == [
        "ssl 1 -> 1+deb12u1 (Debian-Security:12/oldstable-security)"
    ]
    assert (other.severity, other.title) == ("info", "10 updates are pending")
    assert "p7 and 2 more" in other.message
    assert set(apt([], MARKS, {}).normal) == {"security_updates:apt", "updates:apt"}


def test_broken_packages_must_stay_broken() -> None:
    (finding,) = dpkg([Broken("a", "half-configured")], MARKS, {}).findings
    assert finding.hold_s == 300
    assert "a (half-configured)" in finding.message
    assert dpkg([], MARKS, {}).findings == []


def test_only_what_matters_of_the_vulnerabilities() -> None:
    low = Vulnerability("CVE-1", "a", "low urgency")
    grave = Vulnerability("CVE-2", "b", "remotely exploitable, high urgency")
    mended = Vulnerability("CVE-3", "c", "fixed, low urgency")
    assert cve([low], MARKS, {}).findings == []
    (finding,) = cve([low, grave, mended], MARKS, {}).findings
    assert (finding.severity, finding.metadata["count"]) == ("warning", "2")
    (finding,) = cve([mended], MARKS, {}).findings
    assert finding.severity == "info"
