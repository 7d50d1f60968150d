"""Updates, broken packages, known vulnerabilities.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind, merge
from cortexd.rules.listing import format_count, join_names

if TYPE_CHECKING:
    from cortexd.api.messages import EvidenceReply, Severity
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.apt_output import Update
    from cortexd.sources.packages import Broken
    from cortexd.sources.vulnerabilities import Vulnerability

# Names kept with the alert, in its metadata and its evidence.
MAX_LISTED = 40

SECURITY_UPDATES = Kind(
    "security_updates",
    "security_update",
    "apt",
    raised_when="the local package lists have updates from a security archive, or newer ones "
    "that include them (warning)",
    resolved_when="they are installed",
)
UPDATES = Kind(
    "updates",
    "apt_updates",
    "apt",
    raised_when="the local package lists have other updates (info)",
    resolved_when="they are installed",
)


def judge_updates(
    reading: list[Update], _thresholds: ThresholdsSection, _raised: Raised
) -> Judgement:
    """Security updates, and the others."""
    security = [update for update in reading if update.security]
    others = [update for update in reading if not update.security]
    return merge(
        [
            _judge_updates(SECURITY_UPDATES, security, "warning", "security update"),
            _judge_updates(UPDATES, others, "info", "update"),
        ]
    )


def _judge_updates(kind: Kind, updates: list[Update], severity: Severity, noun: str) -> Judgement:
    if not updates:
        return Judgement([], {f"{kind.name}:apt": "all installed"})
    names = [update.name for update in updates]
    title = f"{format_count(len(updates), noun)} pending"
    lines = [f"{u.name} {u.old} -> {u.new} ({u.origin})" for u in updates]
    return Judgement(
        [
            Finding(
                kind.name,
                "apt",
                severity,
                title,
                f"{title}: {join_names(names)}",
                {"count": f"{len(updates)}", "packages": " ".join(names[:MAX_LISTED])},
                evidence=_list_evidence("Updates", lines),
            )
        ]
    )


BROKEN_PACKAGES = Kind(
    "broken_packages",
    "dependency",
    "dpkg",
    raised_when="packages are half installed or half configured, or have unmet dependencies "
    "(error)",
    resolved_when="no broken package is left",
    # Packages are half configured while apt works; after this long apt is no longer working.
    hold_s=300,
)


def judge_broken(
    reading: list[Broken], _thresholds: ThresholdsSection, _raised: Raised
) -> Judgement:
    """Packages that dpkg or apt reports as broken."""
    if not reading:
        return Judgement([], {"broken_packages:dpkg": "no broken packages"})
    names = [broken.name for broken in reading]
    title = format_count(len(reading), "broken package")
    problems = [f"{broken.name} ({broken.problem})" for broken in reading]
    lines = [f"{broken.name}: {broken.problem}" for broken in reading]
    return Judgement(
        [
            Finding(
                BROKEN_PACKAGES.name,
                "dpkg",
                "error",
                title,
                f"{title}: {join_names(problems)}",
                {"count": f"{len(reading)}", "packages": " ".join(names[:MAX_LISTED])},
                BROKEN_PACKAGES.hold_s,
                _list_evidence("Problems", lines),
            )
        ]
    )


VULNERABILITIES = Kind(
    "vulnerabilities",
    "cve_found",
    "cve",
    raised_when="debsecan lists vulnerabilities of installed packages that are of high urgency or "
    "remotely exploitable (warning), or others that an update fixes (info)",
    resolved_when="none of these is left",
)


def judge_vulnerabilities(
    reading: list[Vulnerability], _thresholds: ThresholdsSection, _raised: Raised
) -> Judgement:
    """The serious ones, and those that an update fixes."""
    serious = [vulnerability for vulnerability in reading if vulnerability.is_serious]
    fixed = [vulnerability for vulnerability in reading if vulnerability.is_fixed]
    if not serious and not fixed:
        return Judgement([], {"vulnerabilities:cve": "no serious vulnerability remains"})
    relevant = list(dict.fromkeys([*serious, *fixed]))
    packages = list(dict.fromkeys(vulnerability.package for vulnerability in relevant))
    number = format_count(len(relevant), "known vulnerability", "known vulnerabilities")
    title = f"{number} in {format_count(len(packages), 'package')}"
    lines = [f"{entry.name} {entry.package}: {entry.notes}" for entry in relevant]
    return Judgement(
        [
            Finding(
                VULNERABILITIES.name,
                "cve",
                "warning" if serious else "info",
                title,
                f"{title}, {len(fixed)} fixed by updates: {join_names(packages)}",
                {
                    "count": f"{len(relevant)}",
                    "mended": f"{len(fixed)}",
                    "packages": " ".join(packages[:MAX_LISTED]),
                },
                evidence=_list_evidence("Vulnerabilities", lines),
            )
        ]
    )


def _list_evidence(title: str, lines: list[str]) -> list[EvidenceReply]:
    return [{"title": title, "lines": lines[:MAX_LISTED]}]


KINDS = (SECURITY_UPDATES, UPDATES, BROKEN_PACKAGES, VULNERABILITIES)
