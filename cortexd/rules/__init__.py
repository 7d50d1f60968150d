"""The table of rules: which function judges the readings of which source, and its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortexd.rules import (
    cpu,
    daemon,
    disks,
    memory,
    model,
    oom,
    open_files,
    packages,
    pressure,
    reboot,
    temperature,
    trends,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortexd.alert import Judgement, Kind
    from cortexd.config import ThresholdsSection
    from cortexd.rules.gauge import Raised

    Judge = Callable[[Any, ThresholdsSection, Raised], Judgement]

JUDGES: dict[str, Judge] = {
    "cpu": cpu.judge,
    "memory": memory.judge,
    "disks": disks.judge,
    "pressure": pressure.judge,
    "open_files": open_files.judge,
    "temperature": temperature.judge,
    "reboot": reboot.judge,
    "units": units.judge,
    "oom": oom.judge,
    "apt": packages.judge_updates,
    "dpkg": packages.judge_broken,
    "cve": packages.judge_vulnerabilities,
    "model": model.judge,
    "daemon": daemon.judge,
}

# In the order of docs/alerts.md.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *disks.KINDS,
        *trends.KINDS,
        *memory.KINDS,
        *cpu.KINDS,
        *pressure.KINDS,
        *open_files.KINDS,
        *temperature.KINDS,
        *reboot.KINDS,
        *units.KINDS,
        *oom.KINDS,
        *packages.KINDS,
        *model.KINDS,
        *daemon.KINDS,
    )
}
