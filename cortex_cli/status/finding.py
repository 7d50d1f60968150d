"""The result of one of ``cortex doctor``'s checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; ``remedy`` says how to fix it."""

    name: str
    state: State
    detail: str
    remedy: str | None = None
