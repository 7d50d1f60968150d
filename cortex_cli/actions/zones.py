"""Cities as time zones: "Paris" is Europe/Paris.  Pure but for reading its own table once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cortex_cli.language.stems import fold

TABLE = Path(__file__).parent / "zones.txt"
# Cities that people name and that have no zone of their own, or another name there.
_OTHERS = {
    "washington": "America/New_York", "boston": "America/New_York", "miami": "America/New_York",
    "nueva york": "America/New_York", "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles", "houston": "America/Chicago", "dallas": "America/Chicago",
    "montreal": "America/Toronto", "quebec": "America/Toronto", "rio": "America/Sao_Paulo",
    "barcelona": "Europe/Madrid", "lyon": "Europe/Paris", "marseille": "Europe/Paris",
    "geneve": "Europe/Zurich", "geneva": "Europe/Zurich", "ginebra": "Europe/Zurich",
    "londres": "Europe/London", "lisbonne": "Europe/Lisbon", "lisboa": "Europe/Lisbon",
    "bruxelles": "Europe/Brussels", "bruselas": "Europe/Brussels", "rome": "Europe/Rome",
    "roma": "Europe/Rome", "milan": "Europe/Rome", "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "vienne": "Europe/Vienna",
    "viena": "Europe/Vienna", "moscou": "Europe/Moscow", "moscu": "Europe/Moscow",
    "athenes": "Europe/Athens", "atenas": "Europe/Athens", "varsovie": "Europe/Warsaw",
    "varsovia": "Europe/Warsaw", "pekin": "Asia/Shanghai", "beijing": "Asia/Shanghai",
    "pequin": "Asia/Shanghai", "tokio": "Asia/Tokyo", "singapour": "Asia/Singapore",
    "singapur": "Asia/Singapore", "delhi": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
    "alger": "Africa/Algiers", "argel": "Africa/Algiers", "le caire": "Africa/Cairo",
    "el cairo": "Africa/Cairo", "cairo": "Africa/Cairo", "utc": "UTC", "gmt": "UTC",
}  # fmt: skip


@cache
def zones() -> dict[str, str]:
    """Every city that has a zone, in small letters without accents."""
    names = TABLE.read_text(encoding="utf-8").split()
    cities = {fold(name.rpartition("/")[2].replace("_", " ")): name for name in names}
    return cities | _OTHERS


def zone_of(city: str) -> str | None:
    """The zone of ``city``; None for a city that nobody knows here."""
    return zones().get(fold(city.replace("_", " ")))
