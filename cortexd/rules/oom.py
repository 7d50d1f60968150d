"""Processes that the kernel killed because memory ran out.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind
from cortexd.model.units import LLM_UNIT

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.oom import OomKill

_RESOLVED = "an hour passes without another kill"

OOM_KILL = Kind(
    "oom_kill",
    "oom_kill",
    "oom",
    raised_when="the kernel kills a process because memory ran out (critical) or because its "
    "cgroup reached its limit (error); one alert a unit, whose occurrences count the kills",
    resolved_when=_RESOLVED,
)
LLM_OOM = Kind(
    "llm_oom",
    "oom_kill",
    "oom",
    raised_when=f"the kernel kills a process of {LLM_UNIT} because memory ran out (error)",
    resolved_when=_RESOLVED,
)
KINDS = (OOM_KILL, LLM_OOM)


def judge(reading: list[OomKill], _thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """The kills of the last hour, by unit."""
    subjects: dict[str, list[OomKill]] = {}
    for kill in reading:
        subjects.setdefault(kill.unit or kill.process or "machine", []).append(kill)
    findings = [_judge_subject(subject, kills) for subject, kills in subjects.items()]
    return Judgement(findings, dict.fromkeys(raised, "no kill for an hour"))


def _judge_subject(subject: str, kills: list[OomKill]) -> Finding:
    last = kills[-1]
    process = last.process or "a process"
    pid = f" (pid {last.pid})" if last.pid else ""
    unit = f" of {last.unit}" if last.unit else ""
    reason = "its cgroup reached its memory limit" if last.limited else "out of memory"
    # One unit of many is less than the machine, even if it is unknown whose limit it was.
    is_bounded = bool(last.unit) if last.limited is None else last.limited
    times = f"; {len(kills)} kills in the last hour" if len(kills) > 1 else ""
    return Finding(
        LLM_OOM.name if subject == LLM_UNIT else OOM_KILL.name,
        subject,
        "error" if is_bounded else "critical",
        f"Kernel killed {process}{unit}",
        f"Kernel killed {process}{pid}{unit}: {reason}{times}",
        {"unit": last.unit or "", "process": last.process or "", "pid": f"{last.pid or ''}"},
        total=len(kills),
    )
