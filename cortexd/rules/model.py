"""The model service: gone, or slower than it was.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind
from cortexd.quantiles import median

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection
    from cortexd.sources.model import ModelReading

# The newest answers, against all before them; fewer say nothing.
NEWEST = 5
BASELINE = 20
# Below this share of its own baseline the service is slow, until it is well above again.
SLOW = 0.5
RECOVERED = 0.7

KINDS = (
    Kind(
        "llm_down", "llm_error", "model",
        "the model server was ready and has not answered for 45 s (error); one that is loaded "
        "on demand and has been stopped is well",
        "it is ready",
    ),
    Kind(
        "llm_slow", "llm_error", "model",
        f"the median speed of its last {NEWEST} answers is below half of that of the answers "
        f"before, at least {BASELINE} of them, answers that had the server to themselves (warning)",
        "it is above 70 % again",
    ),
)  # fmt: skip


def model(
    reading: ModelReading, _marks: ThresholdsSection, held: Mapping[str, Severity]
) -> Judgement:
    """Its state and its speed."""
    findings: list[Finding] = []
    normal: dict[str, str] = {}
    # "stopped" is said of a server on demand alone: the next request starts it.
    if reading.was_ready and reading.state in ("absent", "failed"):
        text = f"the model server was ready and is {reading.state}: {reading.last_error or '?'}"
        told = {"unit": "cortex-llm.service", "state": reading.state}
        title = "The model server does not answer"
        findings.append(Finding("llm_down", "server", "error", title, text, told, hold_s=45))
    else:
        normal["llm_down:server"] = f"it is {reading.state}"
    before, newest = reading.speeds[:-NEWEST], reading.speeds[-NEWEST:]
    if len(before) < BASELINE:
        return Judgement(findings, normal)
    usual, now = median(before), median(newest)
    mark = RECOVERED if "llm_slow:server" in held else SLOW
    if now < mark * usual:
        text = f"the model gives {now:.1f} tokens a second; {usual:.1f} are usual on this machine"
        told = {"tokens_per_second": f"{now:.1f}", "usual": f"{usual:.1f}"}
        title = "The model is slower than usual"
        findings.append(Finding("llm_slow", "server", "warning", title, text, told))
    else:
        normal["llm_slow:server"] = f"it gives {now:.1f} tokens a second"
    return Judgement(findings, normal)
