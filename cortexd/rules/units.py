"""Units that failed or restart in a loop, and processes that were killed.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection
    from cortexd.sources.oom import OomKill
    from cortexd.sources.units import UnitState

LLM_UNIT = "cortex-llm.service"

KINDS = (
    Kind(
        "unit_failed", "service_failed", "units",
        "a unit of systemd is in the state failed (error)",
        "it runs again, or its failure was reset",
    ),
    Kind(
        "unit_restarts", "service_failed", "units",
        "systemd has restarted a unit {restarts_warn} times within ten minutes (error)",
        "no restart for ten minutes",
        ("restarts_warn",),
    ),
    Kind(
        "oom_kill", "oom_kill", "oom",
        "the kernel has killed a process since memory was short (critical), or since its cgroup "
        "was at its limit (error); one alert for each unit, its occurrences are the kills",
        "an hour without another kill",
    ),
    Kind(
        "llm_failed", "llm_error", "units",
        f"{LLM_UNIT} is in the state failed (error)",
        "it runs again, or its failure was reset",
    ),
    Kind(
        "llm_restarts", "llm_error", "units",
        f"systemd has restarted {LLM_UNIT} {{restarts_warn}} times within ten minutes (error)",
        "no restart for ten minutes",
        ("restarts_warn",),
    ),
    Kind(
        "llm_oom", "oom_kill", "oom",
        f"the kernel has killed a process of {LLM_UNIT} since memory was short (error)",
        "an hour without another kill",
    ),
)  # fmt: skip


def units(
    reading: list[UnitState], marks: ThresholdsSection, held: Mapping[str, Severity]
) -> Judgement:
    """Failures and restart loops."""
    findings: list[Finding] = []
    normal: dict[str, str] = dict.fromkeys(held, "it runs again, or its failure was reset")
    for unit in reading:
        name, model = unit.name, unit.name == LLM_UNIT
        told = {
            "unit": name,
            "result": unit.result,
            "exit_status": f"{unit.exit_status}",
            "restarts": f"{unit.restarts}",
        }
        if unit.active == "failed":
            text = f"{name} has failed: {_reason(unit)}"
            kind = "llm_failed" if model else "unit_failed"
            findings.append(Finding(kind, name, "error", f"{name} has failed", text, told))
        key = f"{'llm' if model else 'unit'}_restarts:{name}"
        if unit.restarts >= marks.restarts_warn or (key in held and unit.restarts):
            text = f"systemd has restarted {name} {unit.restarts} times in ten minutes"
            kind = key.partition(":")[0]
            title = f"{name} restarts again and again"
            findings.append(Finding(kind, name, "error", title, text, told))
    return Judgement(findings, normal)


def oom(
    reading: list[OomKill], _marks: ThresholdsSection, held: Mapping[str, Severity]
) -> Judgement:
    """Kills of the last hour, by unit."""
    subjects: dict[str, list[OomKill]] = {}
    for kill in reading:
        subjects.setdefault(kill.unit or kill.process or "machine", []).append(kill)
    findings = []
    for subject, kills in subjects.items():
        last = kills[-1]
        process = last.process or "a process"
        number = f" (pid {last.pid})" if last.pid else ""
        unit = f" of {last.unit}" if last.unit else ""
        why = "its cgroup was at its memory limit" if last.limited else "memory was short"
        # One unit of many is less than the machine, also where nobody tells whose limit it was.
        bounded = bool(last.unit) if last.limited is None else last.limited
        times = f"; {len(kills)} kills within the hour" if len(kills) > 1 else ""
        told = {"unit": last.unit or "", "process": last.process or "", "pid": f"{last.pid or ''}"}
        findings.append(
            Finding(
                "llm_oom" if subject == LLM_UNIT else "oom_kill",
                subject,
                "error" if bounded else "critical",
                f"The kernel killed {process}{unit}",
                f"the kernel killed {process}{number}{unit}: {why}{times}",
                told,
                total=len(kills),
            )
        )
    return Judgement(findings, dict.fromkeys(held, "no kill for an hour"))


def _reason(unit: UnitState) -> str:
    if unit.result == "exit-code":
        return f"its process ended with exit status {unit.exit_status}"
    words = {
        "signal": f"its process was killed by signal {unit.exit_status}",
        "core-dump": f"its process crashed with signal {unit.exit_status}",
        "oom-kill": "its process was killed since memory was short",
        "timeout": "it did not start or stop in time",
        "watchdog": "it did not answer its watchdog",
        "start-limit-hit": "it was started too often in a short time",
        "dependency": "a unit that it needs has failed",
    }
    return words.get(unit.result, f"result {unit.result}")
