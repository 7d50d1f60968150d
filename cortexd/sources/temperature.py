"""Temperatures of the machine's sensors (hwmon, which lm-sensors reads too)."""

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
    """One sensor, in degrees Celsius."""

    sensor: str
    celsius: float
    high: float
    critical: float


class Temperatures:
    """Every sensor under /sys/class/hwmon; ``root`` points elsewhere in tests."""

    name = "temperature"

    def __init__(self, root: Path = Path("/sys/class/hwmon")) -> None:
        self._root = root

    def explain_absence(self) -> str | None:
        """Why there are none, or None."""
        return None if next(self._find_inputs(), None) else "no temperature sensor found"

    def read(self) -> list[Temperature]:
        """Every sensor with a plausible value."""
        temperatures = []
        for path in self._find_inputs():
            celsius = _read_degrees(path)
            if celsius is None or not _PLAUSIBLE[0] < celsius < _PLAUSIBLE[1]:
                continue
            stem = path.name.removesuffix("_input")
            label = _read_text(path.with_name(f"{stem}_label")) or stem
            chip = _read_text(path.with_name("name")) or path.parent.name
            critical = _read_limit(path.with_name(f"{stem}_crit"), DEFAULT_CRITICAL)
            high = min(_read_limit(path.with_name(f"{stem}_max"), DEFAULT_HIGH), critical)
            temperatures.append(Temperature(f"{chip}/{label}", celsius, high, critical))
        return temperatures

    def _find_inputs(self) -> Iterator[Path]:
        return iter(sorted(self._root.glob("hwmon*/temp*_input")))


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
        return path.read_text(errors="replace").strip() or None
    except OSError:  # a sleeping device answers EAGAIN or ENODATA
        return None
