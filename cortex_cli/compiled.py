"""Keeps what a room makes of its catalogue: reading YAML and indexing phrases takes a second.

The copy lies where the indexes do and is named by everything that it was made from: the room's
files, those that take words apart, and this Python.  It holds nothing but the rooms' own data
classes and shelves: a copy that names anything else, is damaged, is somebody else's or can be
written by others is not read.  Without a place to write everything works, only slower.
"""

from __future__ import annotations

import os
import stat
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from cortex_cli.index import folders
from cortex_cli.shelf import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")
PREFIX = "compiled-"
FORM = 2  # of the file; counts up when it changes
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
LANGUAGE = Path(__file__).parent / "language"
CHECKSUM_BYTES = 4  # they come first: a shelf finds damage only when it is asked
MADE_FROM = (".py", ".yaml", ".txt")


@dataclass(frozen=True)
class Document:
    """What a YAML file holds."""

    content: Any


def read_yaml(path: Path, environ: Mapping[str, str] = os.environ) -> Any:
    """What the YAML file at ``path`` holds, from the copy if there is one.

    Raises:
        OSError, yaml.YAMLError: it cannot be read, or is no YAML.
    """
    return load(path, Document, lambda: Document(parse_yaml(path)), environ).content


def parse_yaml(path: Path) -> Any:
    """What the YAML file at ``path`` holds, from the file itself."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_bytes(), loader)  # noqa: S506 - a safe loader, in C where there is one


def load(
    room: Path,
    kind: type[T],
    build: Callable[[], T],
    environ: Mapping[str, str] = os.environ,
    *,
    also: tuple[Path, ...] = (),
) -> T:
    """What ``build`` makes of the files of ``room``, or of one file, from the copy if there is one.

    ``build`` returns a ``kind`` that consists of data classes of this package; ``also`` are
    other rooms whose files it is made from.

    Raises:
        whatever ``build`` raises.
    """
    beginning = f"{PREFIX}{room.name}-{kind.__name__}-"
    made_from = _describe((room, LANGUAGE, *also))
    name = f"{beginning}{zlib.crc32(made_from.encode()):08x}.pickle"
    for place in folders.list_folders(environ):
        match _read(place / name):
            case (origin, kept) if origin == made_from and isinstance(kept, kind):
                return kept
    built = build()
    _keep((made_from, built), beginning, name, environ)
    return built


def _describe(rooms: tuple[Path, ...]) -> str:
    """What a copy is made from: this Python, and each file with its size and time."""
    lines = [f"{FORM} {sys.version}"]
    for file in sorted(_files(rooms)):
        state = os.stat(file)  # noqa: PTH116 - a Path for each of hundreds of files takes longer
        lines.append(f"{file} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(lines)


def _files(rooms: tuple[Path, ...]) -> Iterator[str]:
    for folder in rooms:
        if folder.suffix in MADE_FROM:
            yield str(folder)
        for parent, _, names in os.walk(folder):
            yield from (f"{parent}/{name}" for name in names if name.endswith(MADE_FROM))


def _read(path: Path) -> object:
    """The copy at ``path``; None if it is missing, not ours or root's, or damaged."""
    try:
        with path.open("rb") as stream:
            state = os.fstat(stream.fileno())
            if state.st_uid not in (0, os.geteuid()) or state.st_mode & (
                stat.S_IWOTH | stat.S_IWGRP
            ):
                return None
            data = stream.read()
        if zlib.crc32(data[CHECKSUM_BYTES:]) != int.from_bytes(data[:CHECKSUM_BYTES], "big"):
            return None
        return unpack(data[CHECKSUM_BYTES:])
    except Exception:  # noqa: BLE001 - whatever a damaged copy raises, it is made again
        return None


def _keep(built: object, beginning: str, name: str, environ: Mapping[str, str]) -> None:
    import tempfile

    data = pack(built)
    data = zlib.crc32(data).to_bytes(CHECKSUM_BYTES, "big") + data
    for place in folders.list_folders(environ):
        with suppress(OSError):
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place, prefix=PREFIX, delete=False) as stream:
                stream.write(data)
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(place / name)
            for path in place.glob(f"{beginning}*.pickle"):  # of what this catalogue was before
                if path.name != name:
                    path.unlink(missing_ok=True)
            return
