"""The temperature sensors that the kernel lists, each with a name of its own.

A label is no identity: two drives of one kind have the same one, so each is named after its
device.  What a sensor reports of itself, a fault or a value that cannot be, is part of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "sys/class/hwmon"
# Outside of this a driver reports nonsense.
PLAUSIBLE = (-50.0, 250.0)


class Sensor(NamedTuple):
    """One sensor, in degrees Celsius; a limit is None where there is none that can be."""

    path: Path
    name: str
    celsius: float
    high: float | None
    critical: float | None
    is_faulty: bool


def read_sensors(root: Path) -> list[Sensor]:
    """Every sensor that has a value; names are unique."""
    sensors = [sensor for path in _find_inputs(root / FOLDER) if (sensor := _read_sensor(path))]
    names = [sensor.name for sensor in sensors]
    fuller = [
        f"{one.name} ({_name_device(one.path)})" if names.count(one.name) > 1 else one.name
        for one in sensors
    ]
    return [
        one._replace(name=f"{name} {one.path.name}" if fuller.count(name) > 1 else name)
        for one, name in zip(sensors, fuller, strict=True)
    ]


def _find_inputs(folder: Path) -> Iterator[Path]:
    """The inputs; old drivers have them in the folder of the device."""
    for chip in sorted(folder.glob("hwmon*")):
        yield from sorted(chip.glob("temp*_input")) or sorted(chip.glob("device/temp*_input"))


def _read_sensor(path: Path) -> Sensor | None:
    celsius = _read_degrees(path)
    if celsius is None:
        return None
    stem = path.name.removesuffix("_input")
    chip = _find_chip(path)
    device = _read(chip / "name") or _read(chip / "device/name") or chip.name
    label = _read(path.with_name(f"{stem}_label")) or stem
    fault = _read(path.with_name(f"{stem}_fault"))
    return Sensor(
        path,
        f"{device} {label}",
        celsius,
        _read_limit(path.with_name(f"{stem}_max")),
        _read_limit(path.with_name(f"{stem}_crit")),
        fault not in ("", "0") or not PLAUSIBLE[0] < celsius < PLAUSIBLE[1],
    )


def _name_device(path: Path) -> str:
    chip = _find_chip(path)
    device = chip / "device"
    return device.resolve().name if device.is_symlink() else chip.name


def _find_chip(path: Path) -> Path:
    return path.parent.parent if path.parent.name == "device" else path.parent


def _read_limit(path: Path) -> float | None:
    value = _read_degrees(path)
    return value if value is not None and 0 < value < PLAUSIBLE[1] else None


def _read_degrees(path: Path) -> float | None:
    try:
        return int(_read(path)) / 1000
    except ValueError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:  # a sleeping device answers EAGAIN or ENODATA
        return ""
