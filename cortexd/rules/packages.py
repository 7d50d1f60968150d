"""Updates, broken packages, known vulnerabilities.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortexd.api.messages import EvidenceReply, Severity
    from cortexd.config import ThresholdsSection
    from cortexd.sources.packages import Broken, Update
    from cortexd.sources.vulnerabilities import Vulnerability

# Packages are half configured while apt works; this long is no longer working.
BROKEN_HOLD_S = 300.0
NAMED = 8
# Names kept with the alert, for its evidence.
KEPT = 40

KINDS = (
    Kind(
        "security_updates", "security_update", "apt",
        "updates from a security archive are pending in the local package lists (warning)",
        "they are installed",
    ),
    Kind(
        "updates", "apt_updates", "apt",
        "other updates are pending in the local package lists (info)",
        "they are installed",
    ),
    Kind(
        "broken_packages", "dependency", "dpkg",
        "packages are half installed or half configured, or lack what they depend on, for five "
        "minutes (error)",
        "every package is in order",
    ),
    Kind(
        "vulnerabilities", "cve_found", "cve",
        "debsecan knows vulnerabilities of installed packages of high urgency or exploitable from "
        "afar (warning), or others that an update mends (info)",
        "none is left",
    ),
)  # fmt: skip


def apt(
    reading: list[Update], _marks: ThresholdsSection, _held: Mapping[str, Severity]
) -> Judgement:
    """Security updates and the others."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    groups: tuple[tuple[str, list[Update], Severity, str], ...] = (
        ("security_updates", [u for u in reading if u.security], "warning", "security update"),
        ("updates", [u for u in reading if not u.security], "info", "update"),
    )
    for kind, updates, severity, noun in groups:
        if not updates:
            normal[f"{kind}:apt"] = "they are installed"
            continue
        title = f"{len(updates)} {noun}{'s are' if len(updates) > 1 else ' is'} pending"
        text = f"{title}: {_some([update.name for update in updates])}"
        told = {
            "count": f"{len(updates)}",
            "packages": " ".join(update.name for update in updates[:KEPT]),
        }
        lines = [f"{u.name} {u.old} -> {u.new} ({u.origin})" for u in updates[:KEPT]]
        listed: list[EvidenceReply] = [{"title": "Updates", "lines": lines}]
        findings.append(Finding(kind, "apt", severity, title, text, told, evidence=listed))
    return Judgement(findings, normal)


def dpkg(
    reading: list[Broken], _marks: ThresholdsSection, _held: Mapping[str, Severity]
) -> Judgement:
    """Packages that are not in order."""
    if not reading:
        return Judgement([], {"broken_packages:dpkg": "every package is in order"})
    names = [broken.name for broken in reading]
    title = f"{len(reading)} package{'s are' if len(reading) > 1 else ' is'} broken"
    told = {
        "count": f"{len(reading)}",
        "packages": " ".join(names[:KEPT]),
    }
    lines = [f"{broken.name}: {broken.problem}" for broken in reading[:KEPT]]
    listed: list[EvidenceReply] = [{"title": "What is wrong", "lines": lines}]
    text = f"{title}: {_some([f'{broken.name} ({broken.problem})' for broken in reading])}"
    return Judgement(
        [Finding("broken_packages", "dpkg", "error", title, text, told, BROKEN_HOLD_S, listed)]
    )


def cve(
    reading: list[Vulnerability], _marks: ThresholdsSection, _held: Mapping[str, Severity]
) -> Judgement:
    """What matters of it: grave ones, and those that an update mends."""
    grave = [found for found in reading if found.grave]
    mended = [found for found in reading if found.fixed]
    if not grave and not mended:
        return Judgement([], {"vulnerabilities:cve": "none of weight is left"})
    weighty = list(dict.fromkeys([*grave, *mended]))
    packages = list(dict.fromkeys(found.package for found in weighty))
    title = f"{len(weighty)} known vulnerabilities in {len(packages)} packages"
    text = f"{title}, {len(mended)} of them mended by an update: {_some(packages)}"
    told = {
        "count": f"{len(weighty)}",
        "mended": f"{len(mended)}",
        "packages": " ".join(packages[:KEPT]),
    }
    lines = [f"{found.name} {found.package}: {found.notes}" for found in weighty[:KEPT]]
    listed: list[EvidenceReply] = [{"title": "Vulnerabilities", "lines": lines}]
    severity: Severity = "warning" if grave else "info"
    return Judgement(
        [Finding("vulnerabilities", "cve", severity, title, text, told, evidence=listed)]
    )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
