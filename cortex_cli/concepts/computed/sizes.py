"""What an amount of data is in bytes and in the other family of units (KiB and kB)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.concepts.phrases import blocks, explanation, find_leftovers, join
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

SOURCE = "man units(7)"
BINARY = ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
DECIMAL = ("kB", "MB", "GB", "TB", "PB", "EB")
NAMES = {
    "kilobyte": "kb", "megabyte": "mb", "gigabyte": "gb", "terabyte": "tb", "petabyte": "pb",
    "kibibyte": "kib", "mebibyte": "mib", "gibibyte": "gib", "tebibyte": "tib",
    "kilooctet": "kb", "megaoctet": "mb", "gigaoctet": "gb", "teraoctet": "tb",
    "byte": "b", "octet": "b", "bit": "bit", "bytes": "b", "megabit": "mbit", "gigabit": "gbit",
    "kilobit": "kbit",
}  # fmt: skip
_UNIT = (
    r"(?:[kmgtpe]i?[bo]?|bytes?|octets?|o|b|(?:kilo|mega|méga|giga|tera|téra|peta|péta|kibi|mebi|gibi|tebi)"
    r"(?:bytes?|octets?|bits?)|[kmg]bits?(?:/s|ps)?)"
)
_AMOUNT = expression(
    rf"(?<![\w.,:/-])(\d{{1,15}}(?:[.,]\d{{1,6}})?)\s?({_UNIT})(?![\w/])", re.IGNORECASE
)
_TARGET = expression(
    rf"\b(?:in|to|into|as|en|a|à|many|de|combien de|cuántos|cuantos)\s+({_UNIT})(?!\w)",
    re.IGNORECASE,
)
_ASKS = expression(
    r"\b(?:convert|how (?:many|much|big)|in|to|into|combien|convertir|convertis|conv(?:ierte"
    r"|ertir)|cu[aá]nt[oa]s?|"
    r"en|what|que|qué|quoi|equal|is)\b",
    re.IGNORECASE,
)
CUES = blocks(
    """
    convert many much big bytes byte bits bit in to into equal equals as are there make size data
    kb mb gb tb pb kib mib gib tib pib k m g t b o kilobytes megabytes gigabytes terabytes
    kibibytes mebibytes gibibytes tebibytes kilobyte megabyte gigabyte terabyte mebibyte gibibyte
    combien octets octet convertir convertis conversion font fait y a t il ko mo go to kio mio gio
    kilooctets megaoctets gigaoctets teraoctets taille
    cuantos cuanto cuantas convertir convierte hay equivale equivalen tamano kilobytes
    """
)
TEXT = {
    "en": "{amount} is {bytes} bytes, which is {others}.",
    "fr": "{amount} font {bytes} octets, soit {others}.",
    "es": "{amount} son {bytes} bytes, es decir, {others}.",
}
NOTE = {
    "en": "KiB, MiB, GiB count in steps of 1024; kB, MB, GB in steps of 1000, although many "
    "programs write MB or M and mean MiB.",
    "fr": "KiB, MiB, GiB comptent par 1024 ; ko, Mo, Go (kB, MB, GB) par 1000, même si bien des "
    "programmes écrivent Mo ou M pour MiB.",
    "es": "KiB, MiB, GiB cuentan de 1024 en 1024; kB, MB, GB de 1000 en 1000, aunque muchos "
    "programas escriben MB o M y quieren decir MiB.",
}


def explain(question: str, language: str) -> Finding | None:
    """The amount of data in ``question`` in bytes and other units."""
    match = _AMOUNT.search(question)
    if match is None or not _ASKS.search(question):
        return None
    rest = question[: match.start()] + " " + question[match.end() :]
    if find_leftovers(rest, CUES):
        return None
    count = _bytes(match[1], match[2])
    if count is None:
        return None
    others = _targets(rest, count, language) or _families(count, language, match[2])
    if not others:
        return None
    text = TEXT[language].format(
        amount=f"{match[1]} {match[2]}",
        bytes=_group_digits(count, language),
        others=join(others, language),
    )
    return explanation(f"{text}\n{NOTE[language]}", SOURCE, f"{match[1]} {match[2]}")


def _bytes(number: str, unit: str) -> int | None:
    factor = _factor(unit)
    if factor is None:
        return None
    value = float(number.replace(",", ".")) * factor
    return round(value) if value >= 1 else None


def _factor(unit: str) -> float | None:
    """How many bytes one ``unit`` is."""
    name = unit.lower().replace("é", "e").split("/")[0]
    if name not in ("bytes", "byte", "bits", "bit", "b", "o", "octet", "octets"):
        name = NAMES.get(name.removesuffix("s"), name)
    else:
        return 0.125 if name.startswith("bit") else 1
    if name.endswith(("bit", "bits", "bps")):
        power = " kmg".find(name[0])
        return None if power < 1 else 1000**power / 8
    power = " kmgtpe".find(name[0])
    if power < 1:
        return None
    return float((1024 if len(name) == 1 or name[1] == "i" else 1000) ** power)


def _targets(rest: str, count: int, language: str) -> list[str]:
    """``count`` bytes in the units that the question asks for."""
    amounts = []
    for match in _TARGET.finditer(rest):
        factor = _factor(match[1])
        if factor and factor != 1:
            amounts.append(f"{_number(count / factor, language)} {match[1]}")
    return amounts


def _families(count: int, language: str, given: str) -> list[str]:
    amounts = []
    for base, names in ((1024, BINARY), (1000, DECIMAL)):
        power = max((place for place in range(1, 7) if base**place <= count), default=0)
        if power and names[power - 1].lower() != given.lower():
            amounts.append(f"{_number(count / base**power, language)} {names[power - 1]}")
    return amounts


def _number(value: float, language: str) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".") if value >= 0.01 else f"{value:.3g}"
    return text if language == "en" else text.replace(".", ",")


def _group_digits(value: int, language: str) -> str:
    return f"{value:,}".replace(",", {"en": ",", "fr": "\u202f", "es": "\u00a0"}[language])
