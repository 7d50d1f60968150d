"""Which figures of a text are not in what it was made from.  Pure.

A figure is right if it stands in the source, digit for digit, or is a figure of the source
rounded to as many places as it shows.  Numbers that only count the lines of a list are none.
"""

from __future__ import annotations

import re

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINAL = re.compile(r"^\s*(?:[-*#]+\s*)?\d{1,2}[.)]\s", re.MULTILINE)
# "about 1,234.5" and "1.234,5": one separator of thousands, one of decimals.
_MIXED = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+)[.,](\d+)$")
_THOUSANDS = re.compile(r"^\d{1,3}([.,])\d{3}(?:\1\d{3})*(?![.,]?\d)")


def invented(text: str, source: str) -> list[str]:
    """The figures of ``text`` that ``source`` does not bear out, in order."""
    known = set(_FIGURE.findall(source))
    values = {value for figure in known for value in _values(figure)}
    found = []
    for figure in _FIGURE.findall(_ORDINAL.sub(" ", text)):
        if figure in known:
            continue
        if not any(_rounds(value, figure, values) for value in _values(figure)):
            found.append(figure)
    return found


def _rounds(value: float, figure: str, values: set[float]) -> bool:
    places = len(re.split(r"[.,]", figure)[-1]) if re.search(r"[.,]", figure) else 0
    places = 0 if _THOUSANDS.match(figure) else places
    return any(abs(round(known, places) - value) < 1e-9 for known in values)


def _values(figure: str) -> list[float]:
    """What a figure may mean: with a separator of decimals, or of thousands."""
    readings = []
    if figure.count(".") + figure.count(",") <= 1:
        readings.append(float(figure.replace(",", ".")))
    if _THOUSANDS.match(figure):
        readings.append(float(re.sub(r"[.,]", "", figure)))
    elif mixed := _MIXED.match(figure):
        readings.append(float(re.sub(r"[.,]", "", mixed[1]) + "." + mixed[2]))
    return readings
