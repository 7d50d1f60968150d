"""Reads apt's lists and dpkg's status into records; fill.py writes them.

A package in several lists is one record: the newest version wins, and fields that its stanza
lacks (security suites have no tags) are taken from the others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cortex_cli.debian import lists as apt_lists
from cortex_cli.debian.deb822 import Reader, parse_names, split_description
from cortex_cli.debian.dpkg_status import is_complete
from cortex_cli.debian.version import sort_key
from cortex_cli.language.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cortex_cli.debian.lists import ListFile

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
# How much each kind of relation counts towards a package's popularity.
RELATION_WEIGHTS = {"Pre-Depends": 0.5, "Depends": 0.5, "Recommends": 2.0, "Suggests": 2.0}
LOCAL_ORIGIN = "dpkg"
REPORT_EVERY = 2000


@dataclass(slots=True)
class Record:
    """One package while its record is assembled."""

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
    # other languages than English: (short, long)
    local: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Collected:
    """All records by name, and how much other packages ask for each name."""

    records: dict[str, Record] = field(default_factory=dict)
    demand: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def collect(
    lists: Iterable[ListFile],
    descriptions: Iterable[ListFile],
    status: Path,
    report: Callable[[int, str], None],
) -> Collected:
    """Read all lists and the status; ``report`` gets the bytes read and a note.

    Raises:
        Failure: a list cannot be read.
    """
    collected = Collected()
    reader = Reader(FIELDS)
    for listed in lists:
        unpacked = reported = 0
        for number, stanza in enumerate(apt_lists.read_stanzas(listed.path)):
            _add(collected, reader.read(stanza), listed.origin)
            unpacked += len(stanza)
            if number % REPORT_EVERY == 0:
                read = min(listed.size, apt_lists.estimate_packed_size(listed.path, unpacked))
                report(read - reported, f"{len(collected.records)} packages")
                reported = read
        report(listed.size - reported, f"{len(collected.records)} packages")
    if status.exists():
        for stanza in apt_lists.read_stanzas(status):
            _add_installed(collected, reader.read(stanza))
    by_md5: defaultdict[str, list[Record]] = defaultdict(list)
    for record in collected.records.values():
        if record.md5:
            by_md5[record.md5].append(record)
    for translation in descriptions:
        _describe(by_md5, translation)
        report(translation.size, "descriptions")
    return collected


def _add(collected: Collected, fields: dict[str, str], origin: str) -> None:
    if "Package" not in fields or "Version" not in fields:
        return
    record = _make_record(fields, origin)
    known = collected.records.get(record.name)
    if known is None:
        _count_demand(collected.demand, fields)
    else:
        if sort_key(known.version) >= sort_key(record.version):
            record, known = known, record
        record.tags = record.tags or known.tags
        record.long = record.long or known.long
    collected.records[record.name] = record


def read_status_signature(status: Path) -> str:
    """Return a string that changes whenever dpkg's status does."""
    if not status.exists():
        return ""
    stat = status.stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def read_installed(status: Path) -> dict[str, str]:
    """Return the version of each package that dpkg has installed."""
    if not status.exists():
        return {}
    reader = Reader(["Package", "Status", "Version"])
    installed: dict[str, str] = {}
    for stanza in apt_lists.read_stanzas(status):
        fields = reader.read(stanza)
        if _is_installed(fields):  # of several architectures the first, which is the native one
            installed.setdefault(fields["Package"], fields.get("Version", ""))
    return installed


def _is_installed(fields: dict[str, str]) -> bool:
    return is_complete(fields.get("Status", "")) and "Package" in fields


def _add_installed(collected: Collected, fields: dict[str, str]) -> None:
    if not _is_installed(fields):
        return
    local = _make_record(fields, LOCAL_ORIGIN)
    record = collected.records.setdefault(local.name, local)
    record.installed = local.version
    record.long = record.long or local.long


def _make_record(fields: dict[str, str], origin: str) -> Record:
    short, long = split_description(fields.get("Description", ""))
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
        for name, position in parse_names(fields.get(relation, "")):
            demand[name] += weight / (position + 1)


def _describe(by_md5: dict[str, list[Record]], translation: ListFile) -> None:
    language = translation.path.name.rpartition("_Translation-")[2].partition(".")[0]
    text_field = f"Description-{language}"
    reader = Reader(["Description-md5", text_field])
    for stanza in apt_lists.read_stanzas(translation.path):
        fields = reader.read(stanza)
        for record in by_md5.get(fields.get("Description-md5", ""), ()):
            short, long = split_description(fields.get(text_field, ""))
            if language == ENGLISH:
                record.short, record.long = record.short or short, long or record.long
            elif short:
                record.local[language] = (short, long)
