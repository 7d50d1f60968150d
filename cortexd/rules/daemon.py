"""The daemon's own state: its database, and what it can no longer monitor.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cortexd.alert import Finding, Judgement, Kind
from cortexd.rules.listing import format_count

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised

DATABASE = Kind(
    "database",
    "daemon_status",
    "daemon",
    raised_when="alerts cannot be written (disk full, wrong owner); up to 1,000 are kept in memory",
    resolved_when="they can be written again",
)
DATABASE_DAMAGED = Kind(
    "database_damaged",
    "daemon_status",
    "daemon",
    raised_when="the database was damaged, or another program's; it was moved aside and a new one "
    "created",
    resolved_when="an hour has passed",
)
SOURCE_LEFT_OUT = Kind(
    "source_left_out",
    "daemon_status",
    "daemon",
    raised_when="a source failed or did not answer in time and is no longer monitored; or a "
    "service of the daemon, such as metrics over HTTP, does not work",
    resolved_when="it works again; most sources are retried every ten minutes, all of them when "
    "the configuration is reloaded",
)
KINDS = (DATABASE, DATABASE_DAMAGED, SOURCE_LEFT_OUT)


class DaemonReading(NamedTuple):
    """What the daemon knows of itself.

    ``moved``: where a damaged database went, within the last hour; ``left_out``: the sources
    that are no longer monitored, and why; ``problems``: other parts that do not work, and why.
    """

    database: str
    problem: str | None
    unsaved: int
    moved: str | None
    left_out: dict[str, str]
    problems: dict[str, str]


def judge(reading: DaemonReading, _thresholds: ThresholdsSection, _raised: Raised) -> Judgement:
    """Everything that the daemon cannot do as it should."""
    findings: list[Finding] = []
    metadata = {"database": reading.database}
    if reading.problem is not None:
        title = "Alerts cannot be saved"
        waiting = format_count(reading.unsaved, "alert")
        message = f"{title}: {reading.problem}; {waiting} kept in memory"
        findings.append(Finding(DATABASE.name, "alerts", "error", title, message, metadata))
    if (moved := reading.moved) is not None:
        title = "Alert database damaged"
        message = (
            f"{reading.database} was damaged, or another program's; it was moved to {moved} "
            "and a new one created"
        )
        more = {**metadata, "moved_to": moved}
        findings.append(Finding(DATABASE_DAMAGED.name, moved, "warning", title, message, more))
    titles = [
        (f"{name} is no longer monitored", name, why) for name, why in reading.left_out.items()
    ]
    titles += [(f"{name} is unavailable", name, why) for name, why in reading.problems.items()]
    for title, name, why in titles:
        more = {"source": name, "reason": why}
        message = f"{title}: {why}"
        findings.append(Finding(SOURCE_LEFT_OUT.name, name, "warning", title, message, more))
    return Judgement(findings, {"database:alerts": "alerts can be saved again"})
