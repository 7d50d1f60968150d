"""Which numbers of a text are not in the evidence that it was made from.  Pure.

A number is right if the evidence contains it digit for digit, or contains a number that rounds
to it.  Numbers that only count the lines of a list are ignored.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ORDINAL = re.compile(r"^[ \t]{0,40}(?:[-*#]{1,8}[ \t]{0,8})?\d{1,2}[.)]\s", re.MULTILINE)
# "1,234.5" and "1.234,5": one separator of thousands, one of decimals.
_MIXED = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+)[.,](\d+)$")
_THOUSANDS = re.compile(r"^\d{1,3}([.,])\d{3}(?:\1\d{3})*(?![.,]?\d)")


def find_invented(text: str, evidence: str) -> list[str]:
    """The numbers of ``text`` that ``evidence`` does not support, in order."""
    supported = set(_NUMBER.findall(evidence))
    values = {value for number in supported for value in _read_values(number)}
    invented = []
    for number in _NUMBER.findall(_ORDINAL.sub(" ", text)):
        if number in supported:
            continue
        if not any(_is_rounded(value, number, values) for value in _read_values(number)):
            invented.append(number)
    return invented


def _is_rounded(value: float, number: str, values: set[float]) -> bool:
    places = len(re.split(r"[.,]", number)[-1]) if re.search(r"[.,]", number) else 0
    places = 0 if _THOUSANDS.match(number) else places
    return any(abs(round(candidate, places) - value) < 1e-9 for candidate in values)


def _read_values(number: str) -> list[float]:
    """What a number may mean: with a decimal separator, or with a thousands separator."""
    readings = []
    if number.count(".") + number.count(",") <= 1:
        readings.append(float(number.replace(",", ".")))
    if _THOUSANDS.match(number):
        readings.append(float(re.sub(r"[.,]", "", number)))
    elif mixed := _MIXED.match(number):
        readings.append(float(re.sub(r"[.,]", "", mixed[1]) + "." + mixed[2]))
    return readings
