"""Finds and reads this machine's documents: manual pages, systemd units, README.Debian files.

``find_all`` looks only at names and time stamps; ``read`` returns the searchable text of one file.
Nothing is run, not even ``man``.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cortex_cli.debian import manpages
from cortex_cli.debian.manpages import Manual, Manuals
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Kind = Literal["man", "unit", "readme"]
MAN, UNIT, README = "man", "unit", "readme"
UNIT_FOLDERS = (
    Path("/etc/systemd/system"),
    Path("/run/systemd/system"),
    Path("/usr/local/lib/systemd/system"),
    Path("/usr/lib/systemd/system"),
    Path("/lib/systemd/system"),
)
UNIT_SUFFIXES = frozenset({".service", ".socket", ".timer", ".path", ".target", ".mount"})
DOCS = Path("/usr/share/doc")
README_NAMES = ("README.Debian", "README.Debian.gz")
# If a program has more pages than this (one for each of its commands), only their summaries are
# indexed; in full they would be most of the index, and one cloud's tools have 16,000.
LARGE_FAMILY = 300
HEAD_BYTES = 4096
# The beginning of each paragraph says what it is about; this much of a page is indexed.
HEAD_CHARS, MAX_HEADS_CHARS = 160, 32 * 1024
MAX_README_BYTES = 8 * 1024
_FAMILY = expression(r"[A-Za-z0-9]+")
_UNIT_LINE = expression(r"^(Description|Documentation|ExecStart)=-?(.+)$", re.MULTILINE)
_HEADER_LINE = expression(r"^\W*$|^(?:for|README)\b.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file to index; ``family`` is how many pages its program has."""

    path: str
    identity: str  # changes when the file does
    kind: Kind
    name: str
    section: str = ""
    family: int = 1

    @property
    def is_brief(self) -> bool:
        """True if only the summary is indexed."""
        return self.family > LARGE_FAMILY


@dataclass(frozen=True, slots=True)
class Text:
    """The searchable text of one file."""

    summary: str
    options: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders to search; the first file of a name wins."""

    manuals: tuple[Path, ...]
    units: tuple[Path, ...]
    docs: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Places:
        """Return those of MANPATH, SYSTEMD_UNIT_PATH and CORTEX_DOCS, or this machine's."""
        units = [
            Path(folder) for folder in environ.get("SYSTEMD_UNIT_PATH", "").split(":") if folder
        ]
        docs = Path(environ.get("CORTEX_DOCS") or DOCS)
        return cls(tuple(Manuals.from_environ(environ).folders), tuple(units) or UNIT_FOLDERS, docs)

    def list_stamps(self) -> Iterator[str]:
        """Yield strings that change when a file is added, removed or replaced."""
        for folder in (*self.list_manual_folders(), *self.units, self.docs):
            try:
                yield f"{folder}:{folder.stat().st_mtime_ns}"
            except OSError:
                continue
        for unit in self._find_units():  # few, and often edited in place
            yield f"{unit.path}:{unit.identity}"

    def list_manual_folders(self) -> Iterator[Path]:
        """Yield the folders of manual pages, by section."""
        for folder in self.manuals:
            for section in manpages.SECTIONS:
                yield folder / f"man{section}"

    def find_all(self) -> Iterator[File]:
        """Yield every file to index, each name once."""
        yield from self._find_manuals()
        yield from self._find_units()
        yield from self._find_readmes()

    def _find_manuals(self) -> Iterator[File]:
        pages: dict[tuple[str, str], tuple[str, str]] = {}
        for folder in self.list_manual_folders():
            for entry in _list_files(folder):
                stem = entry.name.removesuffix(".gz")
                name, dot, section = stem.rpartition(".")
                if dot and section.startswith(folder.name[3:]):
                    pages.setdefault(
                        (name, section), (entry.path, _identify(entry.stat(follow_symlinks=False)))
                    )
        families = Counter(_get_family(name) for name, _ in pages)
        for (name, section), (path, identity) in pages.items():
            yield File(path, identity, "man", name, section, families[_get_family(name)])

    def _find_units(self) -> Iterator[File]:
        units: dict[str, File] = {}
        for folder in self.units:
            for entry in _list_files(folder):
                if Path(entry.name).suffix in UNIT_SUFFIXES:
                    unit = File(
                        entry.path, _identify(entry.stat(follow_symlinks=False)), "unit", entry.name
                    )
                    units.setdefault(entry.name, unit)
        yield from units.values()

    def _find_readmes(self) -> Iterator[File]:
        try:
            packages = sorted(entry.name for entry in os.scandir(self.docs) if entry.is_dir())
        except OSError:
            return
        for package in packages:
            for name in README_NAMES:
                path = self.docs / package / name
                try:
                    stat = path.stat()
                except OSError:
                    continue
                yield File(str(path), _identify(stat), "readme", package)
                break


def read(file: File) -> Text | None:
    """Return the searchable text of ``file``; None if it cannot be read or has none."""
    if file.kind == MAN:
        return _read_manual(file)
    return parse_unit(read_text(file.path)) if file.kind == UNIT else _read_readme(file)


def read_text(path: str, limit: int = manpages.MAX_PAGE_BYTES) -> str:
    """Return the text of a file, compressed or not; empty if it cannot be read."""
    try:
        if path.endswith(".gz"):
            with gzip.open(path) as packed:
                return packed.read(limit).decode(errors="replace")
        with Path(path).open("rb") as plain:
            return plain.read(limit).decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return ""


def _read_manual(file: File) -> Text | None:
    roff = read_text(file.path, HEAD_BYTES if file.is_brief else manpages.MAX_PAGE_BYTES)
    page = Manual(file.name, file.section, roff)
    if not page.summary:  # a link to another page, or not a manual page
        return None
    if file.is_brief:
        return Text(page.summary)
    options: list[str] = []
    body: list[str] = []
    for paragraph in page.paragraphs:
        (options if paragraph.startswith("-") else body).append(paragraph[:HEAD_CHARS])
    return Text(page.summary, _join(options), _join(body))


def parse_unit(text: str) -> Text | None:
    """Return the searchable text of a unit; None if it has no description."""
    lines = _UNIT_LINE.findall(text)
    summary = next((value.strip() for key, value in lines if key == "Description"), "")
    if not summary:
        return None
    return Text(summary, body="\n".join(f"{key}={value}" for key, value in lines[1:]))


def _read_readme(file: File) -> Text | None:
    text = read_text(file.path, MAX_README_BYTES)
    lines = (line.strip() for line in text.splitlines())
    summary = next((line for line in lines if line and not _HEADER_LINE.match(line)), "")
    return Text(summary[:HEAD_CHARS], body=text) if summary else None


def _join(parts: Iterable[str]) -> str:
    return "\n".join(parts)[:MAX_HEADS_CHARS]


def _list_files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files of a folder by name; links are skipped, their targets are found anyway."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_file(follow_symlinks=False):
                yield entry
        except OSError:
            continue


def _identify(stat: os.stat_result) -> str:
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def _get_family(name: str) -> str:
    match = _FAMILY.match(name)
    return match[0] if match else name
