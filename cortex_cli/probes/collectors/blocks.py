"""Block devices and their models, from /sys/block, as ``lsblk`` shows them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import mounts
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.machine import Machine

SECTOR_BYTES = 512
# Devices that are no disks.
_OTHER = ("loop", "ram", "zram", "dm-", "sr", "md", "fd", "nbd")
_BY_UUID = "/dev/disk/by-uuid"


def devices(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Every block device with size, kind and mount point."""
    points = {one.device: one.point for one in reversed(mounts.mounts(machine))}
    rows = []
    for name in _list_devices(machine):
        rows.append(_row(machine, name, f"/sys/block/{name}", points, "disk"))
        rows += [
            "  " + _row(machine, part, f"/sys/block/{name}/{part}", points, "part")
            for part in machine.names(f"/sys/block/{name}")
            if machine.exists(f"/sys/block/{name}/{part}/partition")
        ]
    names = [name for name in _list_devices(machine) if not name.startswith(_OTHER)]
    case = "found" if rows else "none"
    return Reading({"count": len(names), "names": ", ".join(names)}, case, rows)


def models(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The disks with model, size, and whether they rotate."""
    names = [name for name in _list_devices(machine) if not name.startswith(_OTHER)]
    if not names:
        return Reading({"count": 0}, case="none")
    rows, kinds, total = [], [], 0
    for name in names:
        base = f"/sys/block/{name}"
        vendor, model = machine.text(f"{base}/device/vendor"), machine.text(f"{base}/device/model")
        rotates = machine.text(f"{base}/queue/rotational") == "1"
        kinds.append("HDD" if rotates else "SSD")
        vendor = "" if vendor.startswith("0x") else vendor
        words = (f"/dev/{name}", vendor, model, size(_bytes(machine, base)), kinds[-1])
        rows.append("  ".join(word for word in words if word))
        total += _bytes(machine, base)
    facts: dict[str, Value] = {
        "count": len(names), "kinds": ", ".join(dict.fromkeys(kinds)), "size": size(total),
        "names": ", ".join(names), "model": machine.text(f"/sys/block/{names[0]}/device/model"),
    }  # fmt: skip
    return Reading(facts, rows=rows)


def uuid(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The UUID of a device, or of the one that a path is on."""
    path = values.get("device") or values.get("path", "/")
    mount = None if path.startswith("/dev/") else mounts.of_path(machine, path)
    device = mount.device if mount is not None else path
    for name in machine.names(_BY_UUID):
        target = os.path.basename(machine.link(f"{_BY_UUID}/{name}"))  # noqa: PTH119
        if target and target == device.rsplit("/", 1)[-1]:
            return Reading({"path": path, "device": device, "uuid": name})
    return Reading({"path": path, "device": device}, case="none")


def encrypted_volumes(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The encrypted volumes that are open (dm-crypt)."""
    volumes = [
        machine.text(f"/sys/block/{name}/dm/name")
        for name in machine.names("/sys/block")
        if machine.text(f"/sys/block/{name}/dm/uuid").startswith("CRYPT-")
    ]
    if not volumes:
        return Reading({"count": 0}, case="none")
    return Reading({"count": len(volumes), "names": ", ".join(volumes)})


def _list_devices(machine: Machine) -> list[str]:
    """Devices that hold something: an unused loop device has no size."""
    names = machine.names("/sys/block")
    return [name for name in names if _bytes(machine, f"/sys/block/{name}")]


def _bytes(machine: Machine, base: str) -> int:
    sectors = machine.text(f"{base}/size")
    return int(sectors) * SECTOR_BYTES if sectors.isdigit() else 0


def _row(machine: Machine, name: str, base: str, points: Mapping[str, str], kind: str) -> str:
    kind = next((one.rstrip("-") for one in _OTHER if name.startswith(one)), kind)
    amount = size(_bytes(machine, base))
    return f"{name}  {amount}  {kind}  {points.get(f'/dev/{name}', '')}".rstrip()
