"""The model service: gone, or slower than it was.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.alert import Finding, Judgement, Kind, merge
from cortexd.model.units import LLM_UNIT
from cortexd.quantiles import median

if TYPE_CHECKING:
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised
    from cortexd.sources.model import ModelReading

# The newest answers, against all before them; fewer say nothing.
NEWEST = 5
BASELINE = 20
# Below this share of its own baseline the service is slow, until it is well above again.
SLOW = 0.5
RECOVERED = 0.7

DOWN = Kind(
    "llm_down",
    "llm_error",
    "model",
    raised_when="the model server was ready and no longer answers (error); an on-demand server "
    "that is idle is healthy",
    resolved_when="it is ready again",
    hold_s=45,
    advice="llm_failed",
)
SLOWER = Kind(
    "llm_slow",
    "llm_error",
    "model",
    raised_when=f"the median speed of the last {NEWEST} answers is below {100 * SLOW:g} % of that "
    f"of the answers before, of which there must be {BASELINE}; only answers that had the server "
    "to themselves count (warning)",
    resolved_when=f"it is above {100 * RECOVERED:g} % again",
)
KINDS = (DOWN, SLOWER)


def judge(reading: ModelReading, _thresholds: ThresholdsSection, raised: Raised) -> Judgement:
    """State and speed."""
    return merge([_judge_state(reading), _judge_speed(reading, raised)])


def _judge_state(reading: ModelReading) -> Judgement:
    # Only an on-demand server is ever "stopped": the next request starts it.
    if not reading.was_ready or reading.state not in ("absent", "failed"):
        return Judgement([], {"llm_down:server": reading.state})
    reason = f": {reading.last_error}" if reading.last_error else ""
    title = "Model server not answering"
    message = f"The model server was ready and is now {reading.state}{reason}"
    metadata = {"unit": LLM_UNIT, "state": reading.state}
    return Judgement([Finding(DOWN.name, "server", "error", title, message, metadata, DOWN.hold_s)])


def _judge_speed(reading: ModelReading, raised: Raised) -> Judgement:
    baseline, newest = reading.speeds[:-NEWEST], reading.speeds[-NEWEST:]
    if len(baseline) < BASELINE:
        return Judgement()
    usual, now = median(baseline), median(newest)
    share = RECOVERED if "llm_slow:server" in raised else SLOW
    if now >= share * usual:
        return Judgement([], {"llm_slow:server": f"{now:.1f} tokens a second"})
    title = "Model slower than usual"
    message = f"The model generates {now:.1f} tokens a second, usually {usual:.1f}"
    metadata = {"tokens_per_second": f"{now:.1f}", "usual": f"{usual:.1f}"}
    return Judgement([Finding(SLOWER.name, "server", "warning", title, message, metadata)])
