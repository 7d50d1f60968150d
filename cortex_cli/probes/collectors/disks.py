"""Space, inodes and mounts, as ``df`` and ``findmnt`` show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.probes.collectors import mounts
from cortex_cli.probes.probe import Reading, Value
from cortex_cli.probes.quantities import human, size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.mounts import Mount
    from cortex_cli.probes.collectors.mounts import Usage
    from cortex_cli.probes.machine import Machine

_HEAD = f"{'Filesystem':<22} {'Size':>6} {'Used':>6} {'Avail':>6} {'Use%':>5} Mounted on"


def space(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Space on the file system of a path, ``/`` by default."""
    path = values.get("path", "/")
    device = _find_mount(machine, path)
    path = device.point if device is not None else path
    mount = mounts.of_path(machine, path)
    usage = mounts.space(machine, path)
    if usage is None or mount is None:
        return Reading({"path": path}, case="missing")
    return Reading({"path": path, **_values(mount, usage)}, rows=(_HEAD, _row(mount, usage)))


def everywhere(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Space on ``/``, and a row for every file system that holds data."""
    first = space(machine, {})
    rows = [_HEAD, *(_row(mount, usage) for mount, usage in _list_usage(machine))]
    return Reading(first.values, first.case, rows if len(rows) > 1 else first.rows)


def fullest(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The file system with the largest share used."""
    pairs = sorted(_list_usage(machine), key=lambda pair: -_share(pair[1]))
    if not pairs:
        return Reading(case="missing")
    rows = [_HEAD, *(_row(mount, usage) for mount, usage in pairs)]
    return Reading(_values(*pairs[0]), rows=rows)


def inodes(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Inodes on the file system of a path, ``/`` by default."""
    path = values.get("path", "/")
    usage, mount = mounts.inodes(machine, path), mounts.of_path(machine, path)
    if usage is None or mount is None:
        return Reading({"path": path}, case="missing")
    facts: dict[str, Value] = {
        "path": path, "mount": mount.point, "size": usage.size, "used": usage.used,
        "available": usage.available, "percent": usage.percent, "type": mount.type,
    }  # fmt: skip
    return Reading(facts, case="found" if usage.size else "unlimited")


def file_systems(machine: Machine, values: Mapping[str, str]) -> Reading:
    """The file systems that hold data and where they are mounted."""
    disks = mounts.real(machine)
    rows = [f"{one.point}  {one.device}  {one.type}  {_list_options(one)}" for one in disks]
    return Reading({"count": len(disks), "all": len(mounts.mounts(machine))}, rows=rows)


def is_mounted(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a path is a mount point, or a device is mounted."""
    path = values["path"]
    for mount in mounts.mounts(machine):
        if path.rstrip("/") in (mount.point.rstrip("/"), mount.device):
            return Reading({"path": path, **_describe(mount)})
    return Reading({"path": path}, case="none")


def kind(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Type, device and options of the file system of a path."""
    path = values.get("path", "/")
    device = _find_mount(machine, path)
    mount = device if device is not None else mounts.of_path(machine, path)
    if mount is None or (device is None and mounts.space(machine, path) is None):
        return Reading({"path": path}, case="missing")
    case = "readonly" if mount.is_read_only else "found"
    return Reading({"path": path, **_describe(mount)}, case=case)


def in_memory(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Whether a path is on a file system that is held in memory."""
    reading = kind(machine, values)
    if reading.case == "missing":
        return reading
    memory = reading.values["type"] in ("tmpfs", "ramfs")
    return Reading(reading.values, case="found" if memory else "none")


def removable(machine: Machine, values: Mapping[str, str]) -> Reading:
    """Removable media that are mounted."""
    block = [
        name for name in machine.names("/sys/block")
        if machine.text(f"/sys/block/{name}/removable") == "1"
    ]  # fmt: skip
    media = [
        mount
        for mount in mounts.mounts(machine)
        if mount.point.startswith(("/media/", "/run/media/"))
        or any(mount.device.startswith(f"/dev/{name}") for name in block)
    ]
    if not media:
        return Reading({"count": 0}, case="none")
    rows = [f"{one.device}  {one.point}  {one.type}" for one in media]
    return Reading({"count": len(media)}, rows=rows)


def _find_mount(machine: Machine, path: str) -> Mount | None:
    """Where ``path`` is mounted if it is a device."""
    if not path.startswith("/dev/"):
        return None
    return next((one for one in mounts.mounts(machine) if one.device == path), None)


def _list_usage(machine: Machine) -> list[tuple[Mount, Usage]]:
    local = [mount for mount in mounts.real(machine) if not mount.is_remote]
    pairs = ((mount, mounts.space(machine, mount.point)) for mount in local)
    return [(mount, usage) for mount, usage in pairs if usage is not None and usage.size]


def _share(usage: Usage) -> float:
    return usage.used / max(1, usage.used + usage.available)


def _describe(mount: Mount) -> dict[str, str]:
    return {
        "mount": mount.point, "device": mount.device, "type": mount.type,
        "options": _list_options(mount),
    }  # fmt: skip


def _list_options(mount: Mount) -> str:
    """As /proc/mounts begins: whether it can be written, then the others."""
    first = "ro" if mount.is_read_only else "rw"
    return ",".join([first, *sorted(mount.options - {"ro", "rw"})])


def _values(mount: Mount, usage: Usage) -> dict[str, str]:
    return {
        **_describe(mount), "size": size(usage.size), "used": size(usage.used),
        "available": size(usage.available), "percent": usage.percent,
        "blocks": str(usage.size // 1024),
        "left": f"{100 - int(usage.percent.rstrip('%') if usage.percent != '-' else 0)}%",
    }  # fmt: skip


def _row(mount: Mount, usage: Usage) -> str:
    amounts = (human(one) for one in (usage.size, usage.used, usage.available))
    columns = " ".join(f"{amount:>6}" for amount in amounts)
    return f"{mount.device:<22} {columns} {usage.percent:>5} {mount.point}"
