"""systemd units that failed or keep restarting.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind
from cortexd.model.units import LLM_UNIT

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.units import UnitState

_FAILED_RESOLVED = "the unit runs again, or its failure is reset"
_RESTARTS_RESOLVED = "ten minutes pass without a restart"

UNIT_FAILED = Kind(
    "unit_failed",
    "service_failed",
    "units",
    raised_when="a systemd unit is in the state failed (error)",
    resolved_when=_FAILED_RESOLVED,
)
UNIT_RESTARTS = Kind(
    "unit_restarts",
    "service_failed",
    "units",
    raised_when="systemd restarts a unit {restarts_warn} times in ten minutes (error)",
    resolved_when=_RESTARTS_RESOLVED,
    settings=("restarts_warn",),
)
LLM_FAILED = Kind(
    "llm_failed",
    "llm_error",
    "units",
    raised_when=f"{LLM_UNIT} is in the state failed (error)",
    resolved_when=_FAILED_RESOLVED,
)
LLM_RESTARTS = Kind(
    "llm_restarts",
    "llm_error",
    "units",
    raised_when=f"systemd restarts {LLM_UNIT} {{restarts_warn}} times in ten minutes (error)",
    resolved_when=_RESTARTS_RESOLVED,
    settings=("restarts_warn",),
    advice="llm_failed",
)
KINDS = (UNIT_FAILED, UNIT_RESTARTS, LLM_FAILED, LLM_RESTARTS)


def judge(reading: list[UnitState], thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """Failures and restart loops; the model's unit has kinds of its own."""
    findings: list[Finding] = []
    normal: dict[str, str] = dict.fromkeys(raised, "running again, or its failure was reset")
    for unit in reading:
        name, is_model = unit.name, unit.name == LLM_UNIT
        failed, restarts = (LLM_FAILED, LLM_RESTARTS) if is_model else (UNIT_FAILED, UNIT_RESTARTS)
        metadata = {
            "unit": name,
            "result": unit.result,
            "exit_status": f"{unit.exit_status}",
            "restarts": f"{unit.restarts}",
        }
        if unit.active == "failed":
            title = f"{name} failed"
            message = f"{title}: {_explain_result(unit)}"
            findings.append(Finding(failed.name, name, "error", title, message, metadata))
        is_raised = f"{restarts.name}:{name}" in raised
        if unit.restarts >= thresholds.restarts_warn or (is_raised and unit.restarts):
            title = f"{name} keeps restarting"
            message = f"{title}: {unit.restarts} times in the last ten minutes"
            findings.append(Finding(restarts.name, name, "error", title, message, metadata))
    return Judgement(findings, normal)


def _explain_result(unit: UnitState) -> str:
    reasons = {
        "exit-code": f"exit status {unit.exit_status}",
        "signal": f"killed by signal {unit.exit_status}",
        "core-dump": f"crashed with signal {unit.exit_status}",
        "oom-kill": "killed, out of memory",
        "timeout": "timed out while starting or stopping",
        "watchdog": "watchdog timeout",
        "start-limit-hit": "started too often in a short time",
        "dependency": "a unit that it depends on failed",
    }
    return reasons.get(unit.result, f"result {unit.result}")
