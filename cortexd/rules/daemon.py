"""The daemon's own state: its database, and sources it had to leave out.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cortexd.alert import Finding, Judgement, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection

KINDS = (
    Kind(
        "database", "daemon_status", "daemon",
        "alerts cannot be written: the disk is full, the file is not ours; they are kept in "
        "memory, at most 1,000 of them",
        "they could be written",
    ),
    Kind(
        "database_damaged", "daemon_status", "daemon",
        "the database was damaged and has been moved aside; a new one was begun",
        "an hour later",
    ),
    Kind(
        "source_left_out", "daemon_status", "daemon",
        "something that is watched failed or did not answer within 5 s; it is left out",
        "it answers again, which is tried every ten minutes, or the configuration was loaded anew",
    ),
)  # fmt: skip


class DaemonReading(NamedTuple):
    """``moved``: where a damaged database went, within the last hour."""

    database: str
    trouble: str | None
    unsaved: int
    moved: str | None
    left_out: dict[str, str]


def daemon(
    reading: DaemonReading, _marks: ThresholdsSection, _held: Mapping[str, Severity]
) -> Judgement:
    """Everything that the daemon cannot do as it should."""
    findings: list[Finding] = []
    told = {"database": reading.database}
    if reading.trouble is not None:
        text = f"{reading.trouble}; {reading.unsaved} alerts wait in memory"
        title = "Alerts cannot be written to disk"
        findings.append(Finding("database", "alerts", "error", title, text, told))
    if reading.moved is not None:
        text = f"{reading.database} was damaged; it was moved to {reading.moved} and begun anew"
        title = "The database of alerts was damaged"
        more = {**told, "moved_to": reading.moved}
        findings.append(Finding("database_damaged", reading.moved, "warning", title, text, more))
    for name, why in reading.left_out.items():
        text = f"{name} is no longer watched: {why}"
        more = {"source": name, "reason": why}
        title = f"{name} is no longer watched"
        findings.append(Finding("source_left_out", name, "warning", title, text, more))
    return Judgement(findings, {"database:alerts": "alerts can be written again"})
