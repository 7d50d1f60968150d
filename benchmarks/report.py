"""What benchmarks yield, and how it is shown: a table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cortexd.api.version import VERSION


@dataclass(frozen=True, slots=True)
class Result:
    """One figure and its limit; ``at_least`` turns the limit from a ceiling into a floor."""

    benchmark: str
    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False
    note: str = ""
    attempt: int = 1

    @property
    def passed(self) -> bool:
        """Whether the figure keeps to its limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def better_than(self, other: Result) -> bool:
        """Whether this attempt came out better than ``other``."""
        return self.value > other.value if self.at_least else self.value < other.value

    def numbered(self, attempt: int) -> Result:
        """The same figure as that of the given attempt."""
        return replace(self, attempt=attempt)


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be measured here, and why."""

    benchmark: str
    what: str
    reason: str

    def numbered(self, _attempt: int) -> Skipped:
        """A reason does not depend on the attempt."""
        return self


Outcome = Result | Skipped


def line(outcome: Outcome) -> str:
    """One row of the table."""
    name = f"{outcome.benchmark:<10} {outcome.what:<58}"
    if isinstance(outcome, Skipped):
        return f"{name} skipped: {outcome.reason}"
    sign = "≥" if outcome.at_least else "≤"
    verdict = "pass" if outcome.passed else "FAIL"
    notes = [outcome.note] if outcome.note else []
    if outcome.attempt > 1:
        notes.append(f"attempt {outcome.attempt}")
    value = f"{_number(outcome.value):>9} {sign} {_number(outcome.limit):<7} {outcome.unit:<9}"
    return f"{name} {value} {verdict}" + (f"   ({'; '.join(notes)})" if notes else "")


def write_json(path: Path, outcomes: list[Outcome], quick: bool) -> None:
    """Every outcome, with what is needed to compare it with that of another machine."""
    document: dict[str, Any] = {
        "cortex": VERSION,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "kernel": platform.release(),
            "python": platform.python_version(),
        },
        "results": [
            {**asdict(outcome), "passed": outcome.passed}
            for outcome in outcomes
            if isinstance(outcome, Result)
        ],
        "skipped": [asdict(outcome) for outcome in outcomes if isinstance(outcome, Skipped)],
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if value else "0"
