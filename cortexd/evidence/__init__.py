"""What is collected once, when an alert is raised: the table of kinds and collectors.

A collector gets the alert and a ``Scene``.  It has ``LIMIT_S`` and returns at most a page; if it
fails, the alert is raised without its evidence.  Evidence is data: printable, bounded, never
run.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from cortexd.alert import limit_evidence
from cortexd.evidence import disk, journal, processes
from cortexd.evidence.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cortexd.alert import Alert
    from cortexd.api.messages import EvidenceReply

    Collect = Callable[[Alert, Scene], Awaitable[list[EvidenceReply]]]

_log = logging.getLogger(__name__)

# The alert waits for its evidence; what takes longer is not worth it.
LIMIT_S = 2.0

COLLECTORS: dict[str, Collect] = {
    "disk_space": disk.collect_space,
    "disk_inodes": disk.collect_inodes,
    "memory": processes.collect_by_memory,
    "swap": processes.collect_by_memory,
    "pressure_memory": processes.collect_by_memory,
    "cpu": processes.collect_by_cpu,
    "load": processes.collect_by_cpu,
    "unit_failed": journal.collect_unit_lines,
    "unit_restarts": journal.collect_unit_lines,
    "oom_kill": journal.collect_unit_lines,
    "llm_down": journal.collect_unit_lines,
    "llm_failed": journal.collect_unit_lines,
    "llm_restarts": journal.collect_unit_lines,
    "llm_oom": journal.collect_unit_lines,
}


async def collect(alert: Alert, scene: Scene) -> list[EvidenceReply]:
    """The evidence for one alert; empty if there is none."""
    if (collector := COLLECTORS.get(alert.kind)) is None:
        return []
    try:
        async with asyncio.timeout(LIMIT_S):
            pages = await collector(alert, scene)
    except TimeoutError:
        return []
    except Exception as error:  # noqa: BLE001 - one alert's evidence must not cost the others
        _log.warning("cannot collect evidence for %s: %s", alert.kind, error)
        return []
    return [limit_evidence(page) for page in pages if page["lines"]]
