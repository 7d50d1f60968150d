"""Devices: buses, firmware tables, sensors and batteries, from /sys, ``lspci`` where it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.probes.probe import Reading, Value
from cortex_cli.sensors import PLAUSIBLE, read_sensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

_DMI = "/sys/class/dmi/id"
_DMI_NAMES = (
    "sys_vendor", "product_name", "product_version", "board_vendor", "board_name",
    "bios_vendor", "bios_version", "bios_date", "chassis_type", "product_serial",
)  # fmt: skip
_PCI = "/sys/bus/pci/devices"
_USB = "/sys/bus/usb/devices"
_SENSORS = "/sys/class/hwmon"
_POWER = "/sys/class/power_supply"
# The first hexadecimal digits of a PCI class.
GRAPHICS, NETWORK, SOUND, STORAGE = ("03",), ("02",), ("0401", "0403"), ("01",)
_PORTABLE = frozenset({"8", "9", "10", "14", "30", "31", "32"})


def pci(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Every PCI device."""
    return _devices(machine, ())


def graphics(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The graphics cards."""
    return _devices(machine, GRAPHICS)


def network(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The network cards."""
    return _devices(machine, NETWORK)


def sound(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The sound cards, as the kernel numbers them."""
    rows = [
        line.strip() for line in machine.lines("/proc/asound/cards") if re.match(r"\s*\d+ \[", line)
    ]
    if rows:
        return Reading({"count": len(rows), "first": rows[0].partition(": ")[2]}, rows=rows)
    return _devices(machine, SOUND)


def usb(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The USB devices with maker and product."""
    rows = []
    for name in machine.names(_USB):
        base = f"{_USB}/{name}"
        vendor, product = machine.text(f"{base}/idVendor"), machine.text(f"{base}/idProduct")
        if vendor:
            words = (machine.text(f"{base}/manufacturer"), machine.text(f"{base}/product"))
            rows.append(f"{vendor}:{product}  {' '.join(word for word in words if word)}")
    return Reading({"count": len(rows)}, "found" if rows else "none", rows)


def product(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Maker, model and firmware, from the DMI table."""
    facts = {name: machine.text(f"{_DMI}/{name}") for name in _DMI_NAMES}
    if not any(facts.values()):
        return Reading(case="none")
    facts["kind"] = "laptop" if facts["chassis_type"] in _PORTABLE else "desktop or server"
    return Reading(facts)


def serial(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The serial number, which only root may read."""
    reading = product(machine, values)
    has = reading.case == "none" or reading.values["product_serial"]
    return reading if has else Reading(reading.values, case="closed")


def battery(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Charge and state of the batteries."""
    names = [
        name for name in machine.names(_POWER)
        if machine.text(f"{_POWER}/{name}/type") == "Battery"
        and machine.text(f"{_POWER}/{name}/scope") != "Device"
        and machine.text(f"{_POWER}/{name}/present") != "0"  # an empty bay has a capacity too
    ]  # fmt: skip
    mains = [machine.text(f"{_POWER}/{name}/online") for name in machine.names(_POWER)]
    if not names:
        return Reading({"mains": "yes" if "1" in mains else ""}, case="none")
    base = f"{_POWER}/{names[0]}"
    rows = [f"{name}  {machine.text(f'{_POWER}/{name}/capacity')}%" for name in names]
    facts: dict[str, Value] = {
        "name": names[0], "charge": f"{_charge(machine, names)}%",
        "state": machine.text(f"{base}/status"), "health": _health(machine, base),
        "cycles": machine.text(f"{base}/cycle_count").lstrip("0"),
    }  # fmt: skip
    return Reading(facts, rows=rows if len(rows) > 1 else ())


def temperatures(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Every temperature sensor, the hottest first."""
    sensors = [one for one in read_sensors(machine.root) if not one.is_faulty]
    pairs = [(one.celsius, one.name) for one in sensors]
    if not pairs:
        for zone in machine.names("/sys/class/thermal"):
            base = f"/sys/class/thermal/{zone}"
            if machine.text(f"{base}/mode") == "disabled":
                continue  # its value is of another time
            _add(pairs, machine.text(f"{base}/temp"), machine.text(f"{base}/type"))
    if not pairs:
        return Reading(case="none")
    pairs.sort(reverse=True)
    rows = [f"{degrees:.1f} °C  {name}" for degrees, name in pairs]
    return Reading(
        {"hottest": f"{pairs[0][0]:.1f} °C", "name": pairs[0][1], "count": len(pairs)}, rows=rows
    )


def fans(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The fans and their speeds."""
    rows = [
        "{} rpm  {}".format(*(machine.text(f"{_SENSORS}/{chip}/{one}") for one in (name, "name")))
        for chip in machine.names(_SENSORS)
        for name in machine.names(f"{_SENSORS}/{chip}")
        if re.fullmatch(r"fan\d+_input", name)
    ]
    return Reading(
        {"count": len(rows), "first": rows[0] if rows else ""}, "found" if rows else "none", rows
    )


def screens(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The connected screens with their best resolution."""
    rows = []
    for name in machine.names("/sys/class/drm"):
        base = f"/sys/class/drm/{name}"
        if machine.text(f"{base}/status") == "connected":
            modes = machine.lines(f"{base}/modes")
            rows.append(f"{name.partition('-')[2]}  {modes[0] if modes else '?'}")
    first = rows[0].split()[-1] if rows else ""
    return Reading({"count": len(rows), "first": first}, "found" if rows else "none", rows)


def bluetooth(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether there is a Bluetooth adapter."""
    names = machine.names("/sys/class/bluetooth")
    return Reading({"names": ", ".join(names)}, "found" if names else "none")


def webcam(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The cameras."""
    names = machine.names("/sys/class/video4linux")
    known = [machine.text(f"/sys/class/video4linux/{name}/name") or name for name in names]
    return Reading(
        {"count": len(names), "names": ", ".join(dict.fromkeys(known))},
        "found" if names else "none",
    )


def modules(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The memory modules, from ``dmidecode``, which needs root."""
    lines = machine.table("dmidecode", "-q", "-t", "memory")
    parts = "\n".join(lines).split("Memory Device")[1:]
    rows = []
    for part in parts:
        known = dict(line.strip().split(": ", 1) for line in part.splitlines() if ": " in line)
        if known.get("Size", "No Module Installed")[:1].isdigit():
            rows.append(
                "  ".join(known.get(name, "") for name in ("Locator", "Size", "Type", "Speed"))
            )
    return Reading({"count": len(rows)}, "found" if rows else "closed", rows)


def printers(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The printers that CUPS knows."""
    output = machine.output("lpstat", "-p", "-d")
    if output is None:
        return Reading(case="nocups")
    rows = [line for line in output.splitlines() if line.startswith("printer ")]
    names = ", ".join(row.split()[1] for row in rows)
    default = next(
        (
            line.rpartition(": ")[2]
            for line in output.splitlines()
            if "default destination:" in line
        ),
        "",
    )
    return Reading(
        {"count": len(rows), "names": names, "default": default}, "found" if rows else "none"
    )


def _devices(machine: Machine, classes: tuple[str, ...]) -> Reading:
    slots = {
        name: machine.text(f"{_PCI}/{name}/class")[2:]
        for name in machine.names(_PCI)
        if not classes or machine.text(f"{_PCI}/{name}/class")[2:].startswith(classes)
    }
    if not slots:
        return Reading({"count": 0}, case="none")
    named = dict(line.split(" ", 1) for line in machine.table("lspci", "-D") if " " in line)
    rows = []
    for slot in slots:
        ids = "{}:{}".format(
            *(machine.text(f"{_PCI}/{slot}/{name}")[2:] for name in ("vendor", "device"))
        )
        rows.append(f"{slot}  {named.get(slot, f'vendor:device {ids}')}")
    facts: dict[str, Value] = {
        "count": len(rows),
        "first": rows[0].split("  ", 1)[1].rpartition(": ")[2],
    }
    return Reading(facts, rows=rows)


def _charge(machine: Machine, names: list[str]) -> str:
    """What all batteries together hold, in percent; a small one counts for less."""
    known = []
    for name in names:
        base = f"{_POWER}/{name}"
        capacity = machine.text(f"{base}/capacity")
        full = machine.text(f"{base}/energy_full") or machine.text(f"{base}/charge_full")
        if capacity.isdecimal():
            known.append((min(100, int(capacity)), int(full) if full.isdecimal() else 0))
    if len(known) < 2 or not all(full for _, full in known):
        return f"{known[0][0]}" if known else machine.text(f"{_POWER}/{names[0]}/capacity")
    return f"{sum(part * full for part, full in known) / sum(full for _, full in known):.0f}"


def _health(machine: Machine, base: str) -> str:
    for kind in ("energy", "charge"):
        full, design = (machine.text(f"{base}/{kind}_{name}") for name in ("full", "full_design"))
        if full.isdigit() and design.isdigit() and int(design):
            return f"{100 * int(full) / int(design):.0f}%"
    return ""


def _add(pairs: list[tuple[float, str]], value: str, name: str) -> None:
    if value.removeprefix("-").isdecimal() and PLAUSIBLE[0] < int(value) / 1000 < PLAUSIBLE[1]:
        pairs.append((int(value) / 1000, name.strip()))
