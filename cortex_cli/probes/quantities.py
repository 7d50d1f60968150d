"""Amounts of bytes as tools print them.  Pure."""

from __future__ import annotations

KIB, GIB = 1024, 1024**3
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(count: float) -> str:
    """Bytes with a unit: 512 B, 3.4 MiB, 15.6 GiB."""
    amount = float(count)
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def human(count: float) -> str:
    """Bytes as ``df -h`` and ``du -h`` print them: rounded up, one decimal below ten."""
    amount = float(count)
    for unit in ("", "K", "M", "G", "T", "P"):
        if amount < 1024 or unit == "P":
            break
        amount /= 1024
    if not unit:
        return f"{count:.0f}"
    tenths = -(-amount * 10 // 1)
    return f"{tenths / 10:.1f}{unit}" if tenths < 100 else f"{-(-amount // 1):.0f}{unit}"


def free_size(count: float) -> str:
    """Bytes as ``free -h`` prints them: 23Gi, 4.1Gi, 972Mi."""
    amount = float(count)
    for unit in ("B", "Ki", "Mi", "Gi", "Ti", "Pi"):
        if amount < 1024 or unit == "Pi":
            break
        amount /= 1024
    return f"{amount:.1f}{unit}" if amount < 10 and unit != "B" else f"{int(amount)}{unit}"


def percent(part: float, whole: float) -> str:
    """A share, rounded to whole percents."""
    return f"{100 * part / whole:.0f}%" if whole else "0%"
