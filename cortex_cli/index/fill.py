"""Writes collected records into an empty database: packages, their words, the catalogue.

Programs get the lowest ids, so a search among programs is a search below an id.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from cortex_cli.debian.deb822 import parse_names
from cortex_cli.index import intents, schema
from cortex_cli.index.kinds import PROGRAM, classify
from cortex_cli.language.stems import stem
from cortex_cli.language.words import ENGLISH, words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cortex_cli.index.build import Collected, Record
    from cortex_cli.index.intents import Intent

# Tags that say how a program is made, not what it is for.
SILENT_TAGS = ("implemented-in", "role", "uitoolkit", "made-of", "devel::lang", "special")
# Only the beginning is indexed unless it is a program: the rest is mostly about its program.
MAX_PART_CHARS = 200
# Descriptions are short: zlib gets a dictionary of what many of them say.
DICTIONARY_BYTES = 4096
COMPRESSION = 6
REPORT_EVERY = 1000
RAW_DEFLATE = -15


def write(
    db: sqlite3.Connection,
    collected: Collected,
    catalogue: Sequence[Intent],
    commands: Iterable[tuple[str, str]],
    meta: dict[str, str],
    *,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Fill an empty database in one transaction; ``report`` gets packages written and the total."""
    kinds = {
        record.name: classify(record.name, record.section, record.short, record.tags)
        for record in collected.records.values()
    }
    ordered = sorted(collected.records.values(), key=lambda record: kinds[record.name] != PROGRAM)
    programs = sum(kind == PROGRAM for kind in kinds.values())
    mentions = intents.count_mentions(catalogue)
    counts: Counter[str] = Counter()
    dictionary = _build_dictionary(collected)
    with db:
        db.executescript(schema.TABLES)
        db.execute("INSERT INTO dictionary VALUES (?)", [dictionary])
        for number, record in enumerate(ordered, start=1):
            curated = math.log1p(mentions[record.name])
            popularity = math.log1p(collected.demand[record.name])
            _insert(db, number, record, (kinds[record.name], popularity, curated), dictionary)
            counts.update(_collect_stems(record))
            if number % REPORT_EVERY == 0:
                report(number, len(ordered))
        intents.write(db, catalogue)
        in_intents = intents.count_terms(catalogue)
        db.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?)",
            ((term, counts[term], in_intents[term]) for term in {**counts, **in_intents}),
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
    """Update which packages are installed, and add their commands.

    Returns False if a package appeared or disappeared that no list has.
    """
    listed = {row[0] for row in db.execute("SELECT name FROM package")}
    local = {row[0] for row in db.execute("SELECT name FROM package WHERE origin = 'dpkg'")}
    if installed.keys() - listed or local - installed.keys():
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
    ranking: tuple[str, float, float],
    dictionary: bytes,
) -> None:
    kind, popularity, curated = ranking
    tags = extract_tag_words(record.tags)
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
    # Other languages are indexed in full, but only short descriptions are kept: half the size.
    shown = {language: (short, "") for language, (short, _) in record.local.items()}
    texts = {ENGLISH: ("", record.long), **shown}
    db.executemany(
        "INSERT INTO description VALUES (?, ?, ?, ?)",
        (
            (number, language, short, compress(long, dictionary) if long else b"")
            for language, (short, long) in texts.items()
            if long or language != ENGLISH
        ),
    )
    local = " ".join(text for texts in record.local.values() for text in texts)
    searched = record.long
    if kind != PROGRAM:
        local, searched = "", searched[:MAX_PART_CHARS]
    db.execute(
        "INSERT INTO words (rowid, name, short, long, tags, local) VALUES (?, ?, ?, ?, ?, ?)",
        (number, record.name, record.short, searched, tags, local),
    )
    provided = {name for name, _ in parse_names(record.provides)} - {record.name}
    db.executemany("INSERT INTO provides VALUES (?, ?)", ((name, number) for name in provided))


def _collect_stems(record: Record) -> set[str]:
    tokens = words(
        f"{record.name.replace('-', ' ')} {record.short} {extract_tag_words(record.tags)}"
    )
    return {stem(word) for word in tokens}


def compress(text: str, dictionary: bytes) -> bytes:
    """Compress ``text`` with the index's dictionary."""
    packer = zlib.compressobj(COMPRESSION, wbits=RAW_DEFLATE, zdict=dictionary)
    return packer.compress(text.encode("utf-8", "replace")) + packer.flush()


def decompress(data: bytes, dictionary: bytes) -> str:
    """Restore the argument of ``compress``."""
    if not data:
        return ""
    return zlib.decompressobj(wbits=RAW_DEFLATE, zdict=dictionary).decompress(data).decode()


def _build_dictionary(collected: Collected) -> bytes:
    """Build a dictionary from popular packages; zlib looks at its end first."""
    wanted = sorted(collected.records, key=lambda name: collected.demand[name])[-64:]
    texts = "".join(collected.records[name].long[:200] for name in wanted)
    return texts.encode("utf-8", "replace")[-DICTIONARY_BYTES:]


def extract_tag_words(tags: str) -> str:
    """Return the words of the debtags that say what a package is for."""
    purposes = (tag for tag in tags.split() if not tag.startswith(SILENT_TAGS))
    return " ".join(tag.partition("::")[2].replace("-", " ").replace(":", " ") for tag in purposes)
