"""What this machine says about itself: manual pages, systemd units, README.Debian files.

``find_all`` looks only at names and time stamps; ``read`` takes from one file what is searched.
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
# A program with more pages than this (one for each of its commands) is searched by what each is
# for; read whole they would be most of the index, and one cloud's tools have 16,000.
LARGE_FAMILY = 300
HEAD_BYTES = 4096
# Of each paragraph the beginning says what it is about; of a page this much.
HEAD_CHARS, MAX_HEADS_CHARS = 160, 32 * 1024
MAX_README_BYTES = 8 * 1024
_FAMILY = re.compile(r"[A-Za-z0-9]+")
_UNIT_LINE = re.compile(r"^(Description|Documentation|ExecStart)=-?(.+)$", re.MULTILINE)
_RULE = re.compile(r"^\W*$|^(?:for|README)\b.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file to index; ``family`` is how many pages there are of its program."""

    path: str
    identity: str  # changes when the file does
    kind: Kind
    name: str
    section: str = ""
    family: int = 1

    @property
    def brief(self) -> bool:
        """True where only what it is for is of interest."""
        return self.family > LARGE_FAMILY


@dataclass(frozen=True, slots=True)
class Text:
    """What is searched of one file."""

    summary: str
    options: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders that are looked through, the first of a name winning."""

    manuals: tuple[Path, ...]
    units: tuple[Path, ...]
    docs: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Places:
        """Those of MANPATH, SYSTEMD_UNIT_PATH and CORTEX_DOCS, or this machine's."""
        named = [Path(each) for each in environ.get("SYSTEMD_UNIT_PATH", "").split(":") if each]
        docs = Path(environ.get("CORTEX_DOCS") or DOCS)
        return cls(tuple(Manuals.from_environ(environ).folders), tuple(named) or UNIT_FOLDERS, docs)

    def stamps(self) -> Iterator[str]:
        """What changes when a file comes, goes or is replaced."""
        for folder in (*self.manual_folders(), *self.units, self.docs):
            try:
                yield f"{folder}:{folder.stat().st_mtime_ns}"
            except OSError:
                continue
        for found in self._units():  # few, and these people edit
            yield f"{found.path}:{found.identity}"

    def manual_folders(self) -> Iterator[Path]:
        """The folders of manual pages, by section."""
        for folder in self.manuals:
            for section in manpages.SECTIONS:
                yield folder / f"man{section}"

    def find_all(self) -> Iterator[File]:
        """Every file to index, each name once."""
        yield from self._manuals()
        yield from self._units()
        yield from self._readmes()

    def _manuals(self) -> Iterator[File]:
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for folder in self.manual_folders():
            for entry in _files(folder):
                stem = entry.name.removesuffix(".gz")
                name, dot, section = stem.rpartition(".")
                if dot and section.startswith(folder.name[3:]):
                    found.setdefault((name, section), (entry.path, _identity(entry)))
        families = Counter(_family(name) for name, _ in found)
        for (name, section), (path, identity) in found.items():
            yield File(path, identity, "man", name, section, families[_family(name)])

    def _units(self) -> Iterator[File]:
        found: dict[str, File] = {}
        for folder in self.units:
            for entry in _files(folder):
                if Path(entry.name).suffix in UNIT_SUFFIXES:
                    unit = File(entry.path, _identity(entry), "unit", entry.name)
                    found.setdefault(entry.name, unit)
        yield from found.values()

    def _readmes(self) -> Iterator[File]:
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
                identity = f"{stat.st_size}:{stat.st_mtime_ns}"
                yield File(str(path), identity, "readme", package)
                break


def read(file: File) -> Text | None:
    """What is searched of ``file``; None if it cannot be read, or says nothing."""
    if file.kind == MAN:
        return _of_manual(file)
    return of_unit(content(file.path)) if file.kind == UNIT else _of_readme(file)


def content(path: str, limit: int = manpages.MAX_PAGE_BYTES) -> str:
    """The text of a file, compressed or not; empty if it cannot be read."""
    try:
        if path.endswith(".gz"):
            with gzip.open(path) as packed:
                return packed.read(limit).decode(errors="replace")
        with Path(path).open("rb") as plain:
            return plain.read(limit).decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return ""


def _of_manual(file: File) -> Text | None:
    roff = content(file.path, HEAD_BYTES if file.brief else manpages.MAX_PAGE_BYTES)
    page = Manual(file.name, file.section, roff)
    if not page.summary:  # a stub that leads to another page, or no page
        return None
    if file.brief:
        return Text(page.summary)
    options: list[str] = []
    body: list[str] = []
    for paragraph in page.paragraphs:
        (options if paragraph.startswith("-") else body).append(paragraph[:HEAD_CHARS])
    return Text(page.summary, _joined(options), _joined(body))


def of_unit(text: str) -> Text | None:
    """What a unit says of itself."""
    said = _UNIT_LINE.findall(text)
    summary = next((value.strip() for key, value in said if key == "Description"), "")
    if not summary:
        return None
    return Text(summary, body="\n".join(f"{key}={value}" for key, value in said[1:]))


def _of_readme(file: File) -> Text | None:
    text = content(file.path, MAX_README_BYTES)
    lines = (line.strip() for line in text.splitlines())
    summary = next((line for line in lines if line and not _RULE.match(line)), "")
    return Text(summary[:HEAD_CHARS], body=text) if summary else None


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts)[:MAX_HEADS_CHARS]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The files of a folder by name; links lead to what is found by itself."""
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


def _identity(entry: os.DirEntry[str]) -> str:
    stat = entry.stat(follow_symlinks=False)
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def _family(name: str) -> str:
    found = _FAMILY.match(name)
    return found[0] if found else name
