"""Builds the index: apt's lists and dpkg's status in, one SQLite file out.

A package is one record whatever the number of lists it is in: the newest version wins, and
what that one's stanza lacks (security suites carry no tags) is taken from the others.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cortex_cli.index import aptlists, schema
from cortex_cli.index.deb822 import Reader, description, names
from cortex_cli.index.debversion import key
from cortex_cli.index.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cortex_cli.index.aptlists import ListFile

FIELDS = (
    "Package",
    "Version",
    "Section",
    "Description",
    "Description-md5",
    "Tag",
    "Provides",
    "Pre-Depends",
    "Depends",
    "Recommends",
    "Suggests",
    "Homepage",
    "Essential",
    "Status",
)
# How much being depended on, recommended or suggested tells of what people want.
RELATION_WEIGHTS = {"Pre-Depends": 0.5, "Depends": 0.5, "Recommends": 2.0, "Suggests": 2.0}
# Tags that say how a program was made, not what it is for.
SILENT_TAGS = ("implemented-in", "role", "uitoolkit", "made-of", "devel::lang", "special")
LOCAL_ORIGIN = "dpkg"
REPORT_EVERY = 2000


@dataclass(slots=True)
class Record:
    """One package while it is put together."""

    name: str
    version: str
    origin: str
    section: str = ""
    short: str = ""
    long: str = ""
    md5: str = ""
    tags: str = ""
    provides: str = ""
    homepage: str = ""
    essential: bool = False
    installed: str | None = None


@dataclass(slots=True)
class Collected:
    """All records, and how much each name is asked for by others."""

    records: dict[str, Record] = field(default_factory=dict)
    demand: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def collect(
    lists: Iterable[ListFile],
    descriptions: Iterable[ListFile],
    status: Path,
    report: Callable[[int, str], None],
) -> Collected:
    """Read everything; ``report`` gets bytes done and a note."""
    collected = Collected()
    reader = Reader(FIELDS)
    for found in lists:
        for number, stanza in enumerate(aptlists.read_stanzas(found.path)):
            _add(collected, reader.read(stanza), found.origin)
            if number % REPORT_EVERY == 0:
                report(0, f"{len(collected.records)} packages")
        report(found.size, f"{len(collected.records)} packages")
    if status.exists():
        for stanza in aptlists.read_stanzas(status):
            _add_installed(collected, reader.read(stanza))
    by_md5 = {record.md5: record for record in collected.records.values() if record.md5}
    for found in descriptions:
        _describe(by_md5, found)
        report(found.size, "descriptions")
    return collected


def _add(collected: Collected, fields: dict[str, str], origin: str) -> None:
    if "Package" not in fields or "Version" not in fields:
        return
    record = _record(fields, origin)
    known = collected.records.get(record.name)
    if known is None:
        _count_demand(collected.demand, fields)
    else:
        if key(known.version) >= key(record.version):
            record, known = known, record
        record.tags = record.tags or known.tags
        record.long = record.long or known.long
    collected.records[record.name] = record


def _add_installed(collected: Collected, fields: dict[str, str]) -> None:
    if not fields.get("Status", "").endswith(" installed") or "Package" not in fields:
        return
    local = _record(fields, LOCAL_ORIGIN)
    record = collected.records.setdefault(local.name, local)
    record.installed = local.version
    record.long = record.long or local.long


def _record(fields: dict[str, str], origin: str) -> Record:
    short, long = description(fields.get("Description", ""))
    return Record(
        name=fields["Package"],
        version=fields.get("Version", ""),
        origin=origin,
        section=fields.get("Section", ""),
        short=short,
        long=long,
        md5=fields.get("Description-md5", ""),
        tags=" ".join(fields.get("Tag", "").replace(",", " ").split()),
        provides=fields.get("Provides", ""),
        homepage=fields.get("Homepage", ""),
        essential=fields.get("Essential", "") == "yes",
    )


def _count_demand(demand: defaultdict[str, float], fields: dict[str, str]) -> None:
    for relation, weight in RELATION_WEIGHTS.items():
        for name, place in names(fields.get(relation, "")):
            demand[name] += weight / (place + 1)


def _describe(by_md5: dict[str, Record], found: ListFile) -> None:
    language = found.path.name.rpartition("_Translation-")[2].partition(".")[0]
    text_field = f"Description-{language}"
    reader = Reader(["Description-md5", text_field])
    for stanza in aptlists.read_stanzas(found.path):
        fields = reader.read(stanza)
        record = by_md5.get(fields.get("Description-md5", ""))
        if record is not None:
            short, long = description(fields.get(text_field, ""))
            record.short, record.long = record.short or short, long or record.long


def write(db: sqlite3.Connection, collected: Collected, meta: dict[str, str]) -> None:
    """Fill an empty database in one transaction."""
    with db:
        db.executescript(schema.TABLES)
        for number, record in enumerate(collected.records.values(), start=1):
            _insert(db, number, record, collected.demand[record.name])
        db.execute("INSERT INTO words (words) VALUES ('optimize')")
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())


def _insert(db: sqlite3.Connection, number: int, record: Record, demand: float) -> None:
    kind = kind_of(record.name, record.section, record.short, record.tags)
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
            record.long,
            record.homepage,
            record.essential,
            math.log1p(demand),
        ),
    )
    db.execute(
        "INSERT INTO words (rowid, name, short, long, tags) VALUES (?, ?, ?, ?, ?)",
        (number, record.name, record.short, record.long, _tag_words(record.tags)),
    )
    provided = {name for name, _ in names(record.provides)} - {record.name}
    db.executemany("INSERT INTO provides VALUES (?, ?)", ((name, number) for name in provided))


def _tag_words(tags: str) -> str:
    said = (tag for tag in tags.split() if not tag.startswith(SILENT_TAGS))
    return " ".join(tag.partition("::")[2].replace("-", " ").replace(":", " ") for tag in said)
