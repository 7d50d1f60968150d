"""The model service as the daemon itself sees it: its state, and how fast it answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cortexd.model.llm import Upstream

# Between two readings: each takes three short requests to a local server.
GAP_S = 30.0


class ModelReading(NamedTuple):
    """State and speed; ``speeds`` are tokens a second of the last answers, the oldest first."""

    state: str
    last_error: str | None
    was_ready: bool
    speeds: tuple[float, ...]


class ModelService:
    """Asks the model server for its state."""

    name = "model"
    limit_s = 10.0

    def __init__(self, llm: Upstream, probe: bool = True) -> None:
        self._llm = llm
        self._probe = probe
        self._read_at = float("-inf")
        self._was_ready = False
        self._model: str | None = None

    def explain_absence(self) -> str | None:
        """Why there is none, or None."""
        return None if self._llm.enabled else "the model is disabled"

    def is_due(self, now: float) -> bool:
        """Whether ``GAP_S`` have passed."""
        return now - self._read_at >= GAP_S

    async def read(self) -> ModelReading:
        """Its state now."""
        self._read_at = time.monotonic()
        info = await self._llm.refresh() if self._probe else self._llm.info
        self._was_ready |= info.state == "ready"
        if info.model is not None and info.model != self._model:
            if self._model is not None:  # another model has another speed
                self._llm.speeds.clear()
            self._model = info.model
        speeds = tuple(self._llm.speeds)
        return ModelReading(info.state, self._llm.last_error, self._was_ready, speeds)
