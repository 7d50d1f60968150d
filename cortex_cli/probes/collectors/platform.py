"""What programs and drivers build on: byte order, C library, network drivers, boot loader."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_NET = "/sys/class/net"
# What each boot loader leaves on the disk.
_LOADERS = (
    ("GRUB", "/boot/grub/grub.cfg"),
    ("GRUB", "/boot/grub2/grub.cfg"),
    ("systemd-boot", "/boot/efi/EFI/systemd"),
    ("systemd-boot", "/boot/loader/loader.conf"),
    ("extlinux", "/boot/extlinux/extlinux.conf"),
    ("LILO", "/etc/lilo.conf"),
)


def byte_order(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Which end of a number comes first in memory."""
    return Reading({"order": "Little Endian" if sys.byteorder == "little" else "Big Endian"})


def c_library(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The C library and its version."""
    output = machine.output("getconf", "GNU_LIBC_VERSION") or ""
    name, _, version = output.strip().partition(" ")
    return Reading({"name": name, "version": version}) if version else Reading(case="none")


def network_drivers(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The driver and speed of every network card that has a device behind it."""
    rows = []
    for name in machine.names(_NET):
        driver = machine.link(f"{_NET}/{name}/device/driver").rpartition("/")[2]
        speed = machine.text(f"{_NET}/{name}/speed")
        if driver:
            rows.append("  ".join((name, driver, *([f"{speed} Mb/s"] if speed.isdigit() else []))))
    if not rows:
        return Reading(case="none")
    first = rows[0].split("  ")
    values_of = {"interface": first[0], "driver": first[1], "speed": "".join(first[2:])}
    return Reading(values_of, rows=rows[1:])


def boot_loader(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The boot loader whose files are there."""
    loader = next(((name, path) for name, path in _LOADERS if machine.exists(path)), None)
    return Reading({"name": loader[0], "path": loader[1]}) if loader else Reading(case="none")
