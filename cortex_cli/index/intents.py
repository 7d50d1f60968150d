"""Compiles the catalogue of intents into the index: phrases as stems, packages that exist.

Reading YAML takes a moment, so it happens once, when the index is built; the catalogue's
``compute_identity`` is part of the index's signature.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.language import glossary
from cortex_cli.language.terms import stems
from cortex_cli.language.words import LANGUAGES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container, Iterable, Sequence

CATALOGUE = Path(__file__).parents[1] / "packages" / "catalogue"
UBUNTU = "Ubuntu"


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that people want: phrases as stems, and packages for it, best first."""

    name: str
    phrases: tuple[tuple[str, ...], ...]
    packages: tuple[str, ...]


def list_files(folder: Path = CATALOGUE) -> list[Path]:
    """Return the catalogue's files, in order."""
    return sorted(folder.glob("*.yaml"))


def compute_identity(folder: Path = CATALOGUE, words: Path = glossary.FOLDER) -> str:
    """Return a string that changes when a file of the catalogue or the glossary does."""
    digest = hashlib.blake2b(digest_size=8)
    for path in (*list_files(folder), *sorted(words.glob("*.txt"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def read(
    existing: Container[str], origins: Iterable[str], folder: Path = CATALOGUE
) -> list[Intent]:
    """Return the intents for these lists, without packages that do not exist.

    Intents that keep no package are left out.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    ubuntu = any(origin.startswith(UBUNTU) for origin in origins)
    intents = []
    for path in list_files(folder):
        entries: list[dict[str, Any]]
        entries = yaml.load(path.read_bytes(), Loader=loader) or []  # noqa: S506 - both are safe
        for entry in entries:
            names = entry["ubuntu"] if ubuntu and "ubuntu" in entry else entry["packages"]
            packages = tuple(name for name in names if name in existing)
            if packages:
                intents.append(Intent(entry["id"], _phrases(entry), packages))
    return intents


def _phrases(entry: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    phrases = [
        tuple(stems(phrase, language)) for language in LANGUAGES for phrase in entry[language]
    ]
    return tuple(dict.fromkeys(phrase for phrase in phrases if phrase))


def count_mentions(intents: Sequence[Intent]) -> Counter[str]:
    """Count in how many intents each package is named."""
    return Counter(name for intent in intents for name in intent.packages)


def count_terms(intents: Sequence[Intent]) -> Counter[str]:
    """Count in how many intents each stem occurs."""
    return Counter(
        term
        for intent in intents
        for term in {term for phrase in intent.phrases for term in phrase}
    )


def write(db: sqlite3.Connection, intents: Sequence[Intent]) -> None:
    """Fill the catalogue's tables."""
    number = 0
    for intent_id, intent in enumerate(intents, start=1):
        db.execute(
            "INSERT INTO intent VALUES (?, ?, ?)",
            (intent_id, intent.name, " ".join(intent.packages)),
        )
        for phrase in intent.phrases:
            number += 1
            db.execute("INSERT INTO phrase VALUES (?, ?, ?)", (number, intent_id, " ".join(phrase)))
            db.executemany(
                "INSERT INTO phrase_term VALUES (?, ?)", ((term, number) for term in phrase)
            )
