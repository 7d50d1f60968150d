"""The table of sources: what is watched on this machine under these settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.sources import machine
from cortexd.sources.temperature import Temperatures

if TYPE_CHECKING:
    from cortexd.collector import Source
    from cortexd.config import MonitoringSection


def build(settings: MonitoringSection) -> list[Source]:
    """Every source that ``settings`` switch on."""
    del settings
    return [
        machine.Cpu(),
        machine.Memory(),
        machine.Disks(),
        machine.PressureStall(),
        machine.OpenFiles(),
        machine.Reboot(),
        Temperatures(),
    ]
