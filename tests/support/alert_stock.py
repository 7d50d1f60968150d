"""A database with alerts in it, as a daemon would have left it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from cortexd.alert import SEVERITIES, Alert
from cortexd.alerts.store import Store


def alert(number: int = 0, **values: Any) -> Alert:
    """One alert; ``number`` makes it differ from the others."""
    name = f"u{number}.service"
    given: dict[str, Any] = {
        "kind": "unit_failed",
        "key": f"unit_failed:{name}",
        "type": "service_failed",
        "source": "units",
        "severity": SEVERITIES[number % 4],
        "title": f"{name} has failed",
        "message": f"{name} has failed: its process ended with exit status 3",
        "open": False,
        "first_seen": time.time() - 100_000 + number,
        "last_seen": time.time() - 50_000 + number,
        "metadata": {"unit": name, "result": "exit-code"},
        "evidence": [{"title": "Last lines of the journal", "lines": ["a line of it"] * 5}],
        "remedy": f"sudo systemctl restart {name}",
    }
    return Alert(**{**given, **values})


def stock(path: Path, count: int) -> None:
    """Write ``count`` active alerts, none of whose conditions lasts."""
    store = Store(path)
    store.save(*(alert(number) for number in range(count)))
    store.close()
