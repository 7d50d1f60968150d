"""Temperatures, where the machine has sensors (hwmon, as lm-sensors reads it)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# A sensor without limits of its own is judged by these: what most processors throttle at.
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

    def missing(self) -> str | None:
        """Why there are none."""
        return None if next(self._inputs(), None) else "this machine tells no temperature"

    def read(self) -> list[Temperature]:
        """All that give a plausible value."""
        found = []
        for path in self._inputs():
            celsius = _degrees(path)
            if celsius is None or not _PLAUSIBLE[0] < celsius < _PLAUSIBLE[1]:
                continue
            stem = path.name.removesuffix("_input")
            label = _text(path.with_name(f"{stem}_label")) or stem
            chip = _text(path.with_name("name")) or path.parent.name
            critical = _limit(path.with_name(f"{stem}_crit"), DEFAULT_CRITICAL)
            high = min(_limit(path.with_name(f"{stem}_max"), DEFAULT_HIGH), critical)
            found.append(Temperature(f"{chip}/{label}", celsius, high, critical))
        return found

    def _inputs(self) -> Iterator[Path]:
        return iter(sorted(self._root.glob("hwmon*/temp*_input")))


def _limit(path: Path, default: float) -> float:
    value = _degrees(path)
    return default if value is None or not 0 < value < _PLAUSIBLE[1] else value


def _degrees(path: Path) -> float | None:
    text = _text(path)
    try:
        return int(text) / 1000 if text else None
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace").strip() or None
    except OSError:  # a sleeping device answers EAGAIN or ENODATA
        return None
