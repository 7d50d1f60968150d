"""The model service as the daemon itself sees it: its state, and how quickly it answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cortexd.model.llm import Upstream

# Between two questions for its state; three short requests to a local server.
GAP_S = 30.0


class ModelReading(NamedTuple):
    """``speeds``: tokens a second of the last answers of this model, the oldest first."""

    state: str
    last_error: str | None
    was_ready: bool
    speeds: tuple[float, ...]


class ModelService:
    """Asks the model server how it is."""

    name = "model"
    limit_s = 10.0

    def __init__(self, llm: Upstream, probe: bool = True) -> None:
        self._llm = llm
        self._probe = probe
        self._read_at = float("-inf")
        self._was_ready = False
        self._model: str | None = None

    def missing(self) -> str | None:
        """Why there is none."""
        return None if self._llm.enabled else "the model is switched off"

    def due(self, now: float) -> bool:
        """Every half minute."""
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
