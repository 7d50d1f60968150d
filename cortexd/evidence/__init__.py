"""What is looked up once when an alert is raised: the table of kinds and collectors.

A collector gets the alert and a ``Scene``; it has ``LIMIT_S``, returns at most a page, and
whatever it fails at is left out.  Everything found is data: printable, bounded, never run.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from cortexd.alert import limit_evidence
from cortexd.evidence import disk, journal, processes
from cortexd.evidence.scene import Scene
from cortexd.worker import Hung

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply

    Collect = Callable[[Alert, Scene], Awaitable[list[EvidenceReply]]]

_log = logging.getLogger(__name__)

# A person waits to be told; what takes longer is not worth it.
LIMIT_S = 2.0

COLLECTORS: dict[str, Collect] = {
    "disk_space": disk.space,
    "disk_inodes": disk.inodes,
    "memory": processes.by_memory,
    "swap": processes.by_memory,
    "pressure_memory": processes.by_memory,
    "cpu": processes.by_cpu,
    "load": processes.by_cpu,
    "unit_failed": journal.of_unit,
    "unit_restarts": journal.of_unit,
    "oom_kill": journal.of_unit,
    "llm_down": journal.of_unit,
    "llm_failed": journal.of_unit,
    "llm_restarts": journal.of_unit,
    "llm_oom": journal.of_unit,
}


async def collect(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The evidence for one alert; empty where there is none to be had."""
    if (collector := COLLECTORS.get(alert.kind)) is None:
        return []
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await collector(alert, scene)
    except TimeoutError:
        return []
    except (OSError, ValueError, Hung) as error:
        _log.warning("no evidence for %s: %s", alert.kind, error)
        return []
    return [limit_evidence(evidence) for evidence in found if evidence["lines"]]
