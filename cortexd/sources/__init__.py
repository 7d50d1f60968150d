"""The table of sources: what is monitored on this machine under these settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortexd.sources import machine
from cortexd.sources.oom import OomKills
from cortexd.sources.packages import AptUpdates, BrokenPackages
from cortexd.sources.temperature import Temperatures
from cortexd.sources.units import Units
from cortexd.sources.vulnerabilities import Vulnerabilities

if TYPE_CHECKING:
    from cortexd.config import MonitoringSection
    from cortexd.monitoring.collector import Source


def build(settings: MonitoringSection) -> list[Source]:
    """Every source that ``settings`` switch on."""
    built: list[Source] = [
        machine.Cpu(),
        machine.Memory(),
        machine.Disks(),
        machine.PressureStall(),
        machine.OpenFiles(),
        machine.Reboot(),
        Temperatures(),
        OomKills(),
    ]
    if settings.enable_units:
        built.append(Units())
    if settings.enable_apt:
        built.append(AptUpdates())
    if settings.enable_deps:
        built.append(BrokenPackages())
    if settings.enable_cve:
        built.append(Vulnerabilities(settings.cve_data_dir))
    return built
