"""What the daemon counts about itself, for ``metrics``.

Plain integers and floats that handlers and the server add to; without locks, because everything
runs on one event loop.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Totals since the daemon started."""

    requests: Counter[str] = field(default_factory=Counter)  # by command
    errors: Counter[str] = field(default_factory=Counter)  # by error code
    connections: int = 0
    refused_connections: int = 0
    dropped_connections: int = 0
    displaced_connections: int = 0
    prompt_tokens: int = 0
    tokens: int = 0
    inference_seconds: float = 0.0
    inferences: int = 0
