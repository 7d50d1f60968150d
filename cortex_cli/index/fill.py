"""Writes collected records into an empty database: the packages, their words, the catalogue.

Programs get the lowest ids, so that a search among programs is a search below an id.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from cortex_cli.debian.deb822 import parse_names
from cortex_cli.index import intents, schema
from cortex_cli.index.kinds import PROGRAM, kind_of
from cortex_cli.language.stems import stem
from cortex_cli.language.words import words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cortex_cli.index.build import Collected, Record
    from cortex_cli.index.intents import Intent

# Tags that say how a program was made, not what it is for.
SILENT_TAGS = ("implemented-in", "role", "uitoolkit", "made-of", "devel::lang", "special")
ENGLISH = "en"
# Of what is no program the beginning is searched: the rest is mostly its programs' words.
PART_SEARCHED = 200
# Descriptions are short: what many of them say is handed to zlib beforehand.
DICTIONARY_BYTES = 4096
COMPRESSION = 6
REPORT_EVERY = 1000
RAW = -15


def write(
    db: sqlite3.Connection,
    collected: Collected,
    catalogue: Sequence[Intent],
    commands: Iterable[tuple[str, str]],
    meta: dict[str, str],
    *,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Fill an empty database in one transaction; ``report`` gets packages written, of how many."""
    kinds = {
        record.name: kind_of(record.name, record.section, record.short, record.tags)
        for record in collected.records.values()
    }
    ordered = sorted(collected.records.values(), key=lambda found: kinds[found.name] != PROGRAM)
    programs = sum(kind == PROGRAM for kind in kinds.values())
    mentions = intents.mentions(catalogue)
    counts: Counter[str] = Counter()
    dictionary = _dictionary(collected)
    with db:
        db.executescript(schema.TABLES)
        db.execute("INSERT INTO dictionary VALUES (?)", [dictionary])
        for number, record in enumerate(ordered, start=1):
            curated = math.log1p(mentions[record.name])
            popularity = math.log1p(collected.demand[record.name])
            _insert(db, number, record, (kinds[record.name], popularity, curated), dictionary)
            counts.update(_stems_of(record))
            if number % REPORT_EVERY == 0:
                report(number, len(ordered))
        intents.write(db, catalogue)
        said = intents.term_counts(catalogue)
        db.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?)",
            ((term, counts[term], said[term]) for term in {**counts, **said}),
        )
        db.executemany(
            "INSERT OR IGNORE INTO command VALUES (?, ?)",
            (pair for pair in commands if pair[1] in collected.records),
        )
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
        meta = {**meta, "programs": str(programs)}
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())


def update_installed(
    db: sqlite3.Connection, installed: Mapping[str, str], commands: Iterable[tuple[str, str]]
) -> bool:
    """Put right what is installed, and add its commands.

    False where a package came or went that no list has.
    """
    names_known = {row[0] for row in db.execute("SELECT name FROM package")}
    local = {row[0] for row in db.execute("SELECT name FROM package WHERE origin = 'dpkg'")}
    if installed.keys() - names_known or local - installed.keys():
        return False
    with db:
        db.execute("UPDATE package SET installed = NULL WHERE installed IS NOT NULL")
        db.executemany(
            "UPDATE package SET installed = ? WHERE name = ?",
            ((version, name) for name, version in installed.items()),
        )
        db.executemany("INSERT OR IGNORE INTO command VALUES (?, ?)", commands)
    return True


def _insert(
    db: sqlite3.Connection,
    number: int,
    record: Record,
    judged: tuple[str, float, float],
    dictionary: bytes,
) -> None:
    kind, popularity, curated = judged
    tags = tag_words(record.tags)
    db.execute(
        "INSERT INTO package VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            record.name,
            record.version,
            record.installed,
            record.origin,
            record.section,
            kind,
            record.short,
            tags,
            record.essential,
            popularity,
            curated,
        ),
    )
    # Other languages are searched whole, but shown by their short descriptions: half the size.
    shown = {language: (short, "") for language, (short, _) in record.local.items()}
    texts = {ENGLISH: ("", record.long), **shown}
    db.executemany(
        "INSERT INTO description VALUES (?, ?, ?, ?)",
        (
            (number, language, short, packed(long, dictionary) if long else b"")
            for language, (short, long) in texts.items()
            if long or language != ENGLISH
        ),
    )
    local = " ".join(text for texts in record.local.values() for text in texts)
    searched = record.long
    if kind != PROGRAM:
        local, searched = "", searched[:PART_SEARCHED]
    db.execute(
        "INSERT INTO words (rowid, name, short, long, tags, local) VALUES (?, ?, ?, ?, ?, ?)",
        (number, record.name, record.short, searched, tags, local),
    )
    provided = {name for name, _ in parse_names(record.provides)} - {record.name}
    db.executemany("INSERT INTO provides VALUES (?, ?)", ((name, number) for name in provided))


def _stems_of(record: Record) -> set[str]:
    said = words(f"{record.name.replace('-', ' ')} {record.short} {tag_words(record.tags)}")
    return {stem(word) for word in said}


def packed(text: str, dictionary: bytes) -> bytes:
    """``text`` compressed."""
    packer = zlib.compressobj(COMPRESSION, wbits=RAW, zdict=dictionary)
    return packer.compress(text.encode("utf-8", "replace")) + packer.flush()


def unpacked(data: bytes, dictionary: bytes) -> str:
    """What ``packed`` was given."""
    if not data:
        return ""
    return zlib.decompressobj(wbits=RAW, zdict=dictionary).decompress(data).decode()


def _dictionary(collected: Collected) -> bytes:
    """The ends of the descriptions of what is most asked for: where zlib looks first is last."""
    wanted = sorted(collected.records, key=lambda name: collected.demand[name])[-64:]
    texts = "".join(collected.records[name].long[:200] for name in wanted)
    return texts.encode("utf-8", "replace")[-DICTIONARY_BYTES:]


def tag_words(tags: str) -> str:
    """What debtags say that a package is for."""
    said = (tag for tag in tags.split() if not tag.startswith(SILENT_TAGS))
    return " ".join(tag.partition("::")[2].replace("-", " ").replace(":", " ") for tag in said)
