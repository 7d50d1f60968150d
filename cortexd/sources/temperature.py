"""Temperatures of the machine's sensors (hwmon, which lm-sensors reads too).

A label is no identity: two drives of one kind have the same chip and the same labels, and the
kernel numbers chips anew at every start.  A sensor is named after its device.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# For a sensor without limits of its own: where most CPUs throttle.
DEFAULT_HIGH = 90.0
DEFAULT_CRITICAL = 100.0
# Outside of this a driver reports nonsense.
_PLAUSIBLE = (-50.0, 250.0)


class Temperature(NamedTuple):
    """One sensor, in degrees Celsius.

    ``sensor`` is unique in its reading, and what a person is shown; ``identity`` stays the same
    as long as the sensor is in its place.  ``is_faulty``: the sensor says so, or reports what
    cannot be; its value means nothing.
    """

    sensor: str
    celsius: float
    high: float
    critical: float
    identity: str = ""
    is_faulty: bool = False


class Temperatures:
    """Every sensor under /sys/class/hwmon; ``root`` points elsewhere in tests."""

    name = "temperature"

    def __init__(self, root: Path = Path("/sys/class/hwmon")) -> None:
        self._root = root

    def explain_absence(self) -> str | None:
        """Why there are none, or None."""
        return None if next(self._find_inputs(), None) else "no temperature sensor found"

    def read(self) -> list[Temperature]:
        """Every sensor that has a value."""
        found = []
        for path in self._find_inputs():
            if (celsius := _read_degrees(path)) is not None:
                stem = path.name.removesuffix("_input")
                critical = _read_limit(path.with_name(f"{stem}_crit"), DEFAULT_CRITICAL)
                high = min(_read_limit(path.with_name(f"{stem}_max"), DEFAULT_HIGH), critical)
                plausible = _PLAUSIBLE[0] < celsius < _PLAUSIBLE[1]
                faulty = not plausible or _is_set(path.with_name(f"{stem}_fault"))
                found.append((path, Temperature("", celsius, high, critical, "", faulty)))
        names = _name([path for path, _ in found])
        return [
            value._replace(sensor=sensor, identity=identity)
            for (_, value), (sensor, identity) in zip(found, names, strict=True)
        ]

    def _find_inputs(self) -> Iterator[Path]:
        """The inputs; old drivers have them in the folder of the device."""
        for chip in sorted(self._root.glob("hwmon*")):
            yield from sorted(chip.glob("temp*_input")) or sorted(chip.glob("device/temp*_input"))


def _name(paths: list[Path]) -> list[tuple[str, str]]:
    """What each sensor is called, and its identity; both unique among ``paths``."""
    parts = [(*_read_chip(path), path.name.removesuffix("_input")) for path in paths]
    labels = [
        f"{chip}/{_read_text(path.with_name(f'{stem}_label')) or stem}"
        for path, (chip, _, stem) in zip(paths, parts, strict=True)
    ]
    fuller = [
        f"{label} of {device}" if _is_many(labels, label) else label
        for label, (_, device, _) in zip(labels, parts, strict=True)
    ]
    shown = [
        f"{label} ({stem})" if _is_many(fuller, label) else label
        for label, (_, _, stem) in zip(fuller, parts, strict=True)
    ]
    identities = [f"{device}/{chip}/{stem}" for chip, device, stem in parts]
    folders = [_find_folder(path).name for path in paths]
    return [
        (
            f"{label} in {folder}" if _is_many(shown, label) else label,
            f"{identity} {folder}" if _is_many(identities, identity) else identity,
        )
        for label, identity, folder in zip(shown, identities, folders, strict=True)
    ]


def _is_many(names: list[str], name: str) -> bool:
    return names.count(name) > 1


def _read_chip(path: Path) -> tuple[str, str]:
    """The name of the sensor's chip, and of the device that it is on: ``nvme``, ``nvme0``."""
    folder = _find_folder(path)
    device = folder / "device"
    name = _read_text(folder / "name") or _read_text(device / "name") or folder.name
    return name, device.resolve().name if device.is_symlink() else folder.name


def _find_folder(path: Path) -> Path:
    return path.parent.parent if path.parent.name == "device" else path.parent


def _is_set(path: Path) -> bool:
    return (_read_text(path) or "0") != "0"


def _read_limit(path: Path, default: float) -> float:
    value = _read_degrees(path)
    return default if value is None or not 0 < value < _PLAUSIBLE[1] else value


def _read_degrees(path: Path) -> float | None:
    text = _read_text(path)
    try:
        return int(text) / 1000 if text else None
    except ValueError:
        return None


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(errors="backslashreplace").strip() or None
    except OSError:  # a sleeping device answers EAGAIN or ENODATA
        return None
