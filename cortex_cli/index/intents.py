"""Compiles the catalogue of intents into the index: phrases as stems, packages that exist.

Reading YAML takes a moment, so that it happens once, when the index is built; the catalogue's
``identity`` is part of the index's signature.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.language.terms import stems
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Iterable, Sequence

CATALOGUE = Path(__file__).parents[1] / "packages" / "catalogue"
LANGUAGES = (ENGLISH, FRENCH, SPANISH)
UBUNTU = "Ubuntu"


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that people want, the ways to say it, and what does it, best first."""

    name: str
    phrases: tuple[tuple[str, ...], ...]
    packages: tuple[str, ...]


def files(folder: Path = CATALOGUE) -> list[Path]:
    """The catalogue's files, in order."""
    return sorted(folder.glob("*.yaml"))


def identity(folder: Path = CATALOGUE) -> str:
    """Changes when any file of the catalogue or the glossary does."""
    digest = hashlib.blake2b(digest_size=8)
    for path in (*files(folder), *sorted((folder.parent / "glossary").glob("*.txt"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read(
    existing: Container[str], origins: Iterable[str], folder: Path = CATALOGUE
) -> list[Intent]:
    """The intents for these lists: with the packages that exist, without those that keep none."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    ubuntu = any(origin.startswith(UBUNTU) for origin in origins)
    found = []
    for path in files(folder):
        entries: list[dict[str, Any]]
        entries = yaml.load(path.read_bytes(), Loader=loader) or []  # noqa: S506 - both are safe
        for entry in entries:
            names = entry["ubuntu"] if ubuntu and "ubuntu" in entry else entry["packages"]
            packages = tuple(name for name in names if name in existing)
            if packages:
                found.append(Intent(entry["id"], _phrases(entry), packages))
    return found


def _phrases(entry: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    said = [tuple(stems(phrase, language)) for language in LANGUAGES for phrase in entry[language]]
    return tuple(dict.fromkeys(terms for terms in said if terms))


def mentions(intents: Sequence[Intent]) -> Counter[str]:
    """How many intents name each package."""
    return Counter(name for intent in intents for name in intent.packages)


def term_counts(intents: Sequence[Intent]) -> Counter[str]:
    """In how many intents each stem is said."""
    return Counter(
        term
        for intent in intents
        for term in {term for phrase in intent.phrases for term in phrase}
    )


def write(db: sqlite3.Connection, intents: Sequence[Intent]) -> None:
    """Fill the catalogue's tables."""
    number = 0
    for place, intent in enumerate(intents, start=1):
        db.execute(
            "INSERT INTO intent VALUES (?, ?, ?)", (place, intent.name, " ".join(intent.packages))
        )
        for phrase in intent.phrases:
            number += 1
            db.execute("INSERT INTO phrase VALUES (?, ?, ?)", (number, place, " ".join(phrase)))
            db.executemany(
                "INSERT INTO phrase_term VALUES (?, ?)", ((term, number) for term in phrase)
            )
