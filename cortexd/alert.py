"""What an alert is, from the finding of a rule to the object on the wire.

A ``Finding`` is what a rule says of one subject at one moment.  An ``Alert`` is a finding
that has lasted long enough to be raised, with its whole life.  ``key`` names the subject
(``disk_space:/home``): as long as a condition lasts there is one alert for its key.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from cortexd.api.messages import AlertStatus, AlertType, Severity
from cortexd.identifiers import INVISIBLE, is_visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortexd.api.messages import AlertReply, AnalysisReply, EvidenceReply

# Worst last; also the order of ``min_severity``.
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
RANK: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}

# Text that came from logs, packages or unit names is cut to this before it is stored.
MAX_TEXT_CHARS = 2000
# Evidence is a page for a person, and a prompt for a small model.
MAX_LINES = 40
MAX_LINE_CHARS = 300


class Kind(Struct, frozen=True):
    """One kind of alert: what the documentation says and what its findings share.

    ``raised_when`` and ``resolved_when`` are clauses for people, the first with the names of
    thresholds in braces; ``settings`` names these thresholds.  ``hold_s`` is how long the
    condition must last.  ``advice`` names another kind whose remedy this one shares.
    """

    name: str
    type: AlertType
    source: str
    raised_when: str
    resolved_when: str
    settings: tuple[str, ...] = ()
    hold_s: float = 0.0
    advice: str | None = None

    @property
    def template(self) -> str:
        """The name of the remedy's template, ``alerts/advice/<template>.j2``."""
        return self.advice or self.name


class Finding(Struct, frozen=True):
    """A condition that holds now.

    ``hold_s`` is how long it must hold before an alert is raised; ``evidence`` is what the rule
    has seen already, more is collected when the alert is raised; ``total`` replaces the count
    of observations if the condition is a number of events.
    """

    kind: str
    subject: str
    severity: Severity
    title: str
    message: str
    metadata: dict[str, str] = {}
    hold_s: float = 0.0
    evidence: list[EvidenceReply] = []
    total: int | None = None

    @property
    def key(self) -> str:
        """Names the subject among all alerts."""
        return f"{self.kind}:{self.subject}"


class Judgement(Struct, frozen=True):
    """What a rule makes of one reading.

    ``normal`` gives the reason for each key that is in order.  An open alert whose key is
    neither there nor among ``findings`` has lost its subject: the mount, the unit, the sensor
    is gone.
    """

    findings: list[Finding] = []
    normal: dict[str, str] = {}


class Alert(Struct, kw_only=True):
    """A finding that was raised, and its life; times are Unix seconds.

    ``open`` means that the condition lasts, whatever a person has done with the alert.
    """

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    kind: str
    key: str
    type: AlertType
    source: str
    severity: Severity
    title: str
    message: str
    status: AlertStatus = "active"
    open: bool = True
    first_seen: float
    last_seen: float
    resolved_at: float | None = None
    resolution: str | None = None
    occurrences: int = 1
    metadata: dict[str, str] = {}
    evidence: list[EvidenceReply] = []
    remedy: str = ""
    analysis: AnalysisReply | None = None

    def to_reply(self) -> AlertReply:
        """The object that clients, hooks and the webhook get."""
        reply: AlertReply = {
            "id": self.id,
            "timestamp": int(self.first_seen),
            "severity": self.severity,
            "type": self.type,
            "kind": self.kind,
            "title": self.title,
            "message": self.message,
            "description": self.message,
            "status": self.status,
            "acknowledged": self.status == "acknowledged",
            "resolved": self.status == "resolved",
            "occurrences": self.occurrences,
            "first_seen": int(self.first_seen),
            "last_seen": int(self.last_seen),
            "resolved_at": None if self.resolved_at is None else int(self.resolved_at),
            "resolution": self.resolution,
            "metadata": self.metadata,
            "evidence": self.evidence,
            "remedy": self.remedy,
        }
        if self.analysis is not None:
            reply["analysis"] = self.analysis
        return reply


def merge(judgements: Iterable[Judgement]) -> Judgement:
    """One judgement of several."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    for judgement in judgements:
        findings += judgement.findings
        normal |= judgement.normal
    return Judgement(findings, normal)


def make_alert(finding: Finding, kind: Kind, now: float | None = None) -> Alert:
    """A new alert, open and active; ``now`` in Unix seconds."""
    now = time.time() if now is None else now
    return Alert(
        kind=finding.kind,
        key=finding.key,
        type=kind.type,
        source=kind.source,
        severity=finding.severity,
        title=sanitize(finding.title),
        message=sanitize(finding.message),
        first_seen=now,
        last_seen=now,
        occurrences=1 if finding.total is None else finding.total,
        evidence=[limit_evidence(evidence) for evidence in finding.evidence],
        metadata={name: sanitize(value) for name, value in finding.metadata.items()},
    )


def limit_evidence(evidence: EvidenceReply) -> EvidenceReply:
    """At most a page of printable lines."""
    lines = [sanitize(line, MAX_LINE_CHARS) for line in evidence["lines"][:MAX_LINES]]
    return {"title": evidence["title"], "lines": lines}


def sanitize(text: Any, limit: int = MAX_TEXT_CHARS) -> str:
    """Foreign text, safe to store and show: nothing invisible in it, at most ``limit`` long."""
    cleaned = str(text)
    if not cleaned.isprintable() or INVISIBLE.search(cleaned):
        cleaned = "".join(c if c == "\n" or is_visible(c) else _write_out(c) for c in cleaned)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def _write_out(char: str) -> str:
    """A byte of a file name that is no UTF-8 as ``\\xNN``, any other character as Python does."""
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return ascii(char)[1:-1]
