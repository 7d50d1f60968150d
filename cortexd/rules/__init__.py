"""The table of rules: which function judges the readings of which source, and its alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortexd.rules import daemon, machine, model, packages, trends, units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cortexd.alert import Judgement, Kind
    from cortexd.api.messages import Severity
    from cortexd.config import ThresholdsSection

    Judge = Callable[[Any, ThresholdsSection, Mapping[str, Severity]], Judgement]

JUDGES: dict[str, Judge] = {
    "cpu": machine.cpu,
    "memory": machine.memory,
    "disks": machine.disks,
    "pressure": machine.pressure,
    "open_files": machine.open_files,
    "temperature": machine.temperature,
    "reboot": machine.reboot,
    "units": units.units,
    "oom": units.oom,
    "apt": packages.apt,
    "dpkg": packages.dpkg,
    "cve": packages.cve,
    "model": model.model,
    "daemon": daemon.daemon,
}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        *machine.KINDS,
        *trends.KINDS,
        *units.KINDS,
        *packages.KINDS,
        *model.KINDS,
        *daemon.KINDS,
    )
}
