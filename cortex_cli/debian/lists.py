"""The lists that apt keeps: which files there are, where each came from, and their bytes.

A list may be plain or compressed (apt's ``Acquire::GzipIndexes``).  gzip, bzip2 and xz are
read by the standard library; lz4 and zstd by apt's own helper, or the tool of that name.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from cortex_cli.debian.deb822 import Reader, stanzas
from cortex_cli.errors import Failure

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

SYSTEM_LISTS = Path("/var/lib/apt/lists")
SYSTEM_STATUS = Path("/var/lib/dpkg/status")
APT_HELPER = Path("/usr/lib/apt/apt-helper")

PIECE_BYTES = 1024 * 1024
COMPRESSIONS = ("", ".gz", ".bz2", ".xz", ".lz4", ".zst")
# What a byte of a list unpacks to, about: for a progress bar.
UNPACKED = {"": 1.0, ".lz4": 2.6, ".zst": 4.0, ".gz": 4.0, ".bz2": 5.0, ".xz": 5.0}
# The descriptions come first in the file; hashes follow, and nobody needs those here.
RELEASE_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ListFile:
    """One list and its origin, in words: ``Debian bookworm/main``."""

    path: Path
    origin: str
    size: int
    mtime_ns: int

    @property
    def identity(self) -> str:
        """Changes when the file does."""
        return f"{self.path.name}:{self.size}:{self.mtime_ns}"


def packages(folder: Path) -> list[ListFile]:
    """The ``Packages`` lists in ``folder``; none if there is no such folder."""
    return [found for found in _lists(folder) if stem_of(found.path).endswith("_Packages")]


def translations(folder: Path, language: str) -> list[ListFile]:
    """The lists of long descriptions in ``language``."""
    ending = f"_Translation-{language}"
    return [found for found in _lists(folder) if stem_of(found.path).endswith(ending)]


def matching(folder: Path, name: re.Pattern[str]) -> list[ListFile]:
    """The lists whose name, without its compression, ``name`` finds."""
    return [found for found in _lists(folder) if name.search(stem_of(found.path))]


def _lists(folder: Path) -> Iterator[ListFile]:
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return
    releases = {
        path.name.rpartition("_")[0]: path
        for path in paths
        if path.name.endswith(("_InRelease", "_Release"))
    }
    for path in paths:
        if path.suffix in COMPRESSIONS or "." not in path.name.rpartition("_")[2]:
            found = path.stat()
            yield ListFile(path, _origin(path, releases), found.st_size, found.st_mtime_ns)


def stem_of(path: Path) -> str:
    """The name of a list without its compression."""
    name = path.name
    return name.removesuffix(path.suffix) if path.suffix in COMPRESSIONS[1:] else name


def packed_size(path: Path, unpacked: int) -> int:
    """About how many bytes of the list at ``path`` hold ``unpacked`` bytes of its text."""
    return int(unpacked / UNPACKED[path.suffix if path.suffix in UNPACKED else ""])


def _origin(path: Path, releases: dict[str, Path]) -> str:
    prefix = max((name for name in releases if path.name.startswith(name)), key=len, default="")
    if not prefix:
        return path.name.partition("_")[0]
    with releases[prefix].open("rb") as stream:
        head = stream.read(RELEASE_HEAD_BYTES)
    fields = Reader(["Origin", "Label", "Codename", "Suite"]).read(head)
    name = fields.get("Label") or fields.get("Origin") or prefix.partition("_")[0]
    suite = fields.get("Codename") or fields.get("Suite") or ""
    component = path.name.removeprefix(prefix).strip("_").partition("_")[0]
    return f"{name} {suite}/{component}" if suite else name


def read_stanzas(path: Path) -> Iterator[bytes]:
    """Every stanza of a list or status file, compressed or not.

    Raises:
        Failure: the file cannot be read or decompressed; the hint says what helps.
    """
    with _translated(path):
        yield from stanzas(_pieces(path))


def read_pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a list, in pieces.

    Raises:
        Failure: the file cannot be read or decompressed; the hint says what helps.
    """
    with _translated(path):
        yield from _pieces(path)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(
            f"cannot read the package list {path}: {reason}", hint="run: apt-get update"
        ) from error


def _pieces(path: Path) -> Iterator[bytes]:
    with _opened(path) as stream:
        yield from iter(lambda: stream.read(PIECE_BYTES), b"")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    openers: dict[str, Callable[..., object]] = {
        ".gz": gzip.open,
        ".bz2": bz2.open,
        ".xz": lzma.open,
    }
    if path.suffix in (".lz4", ".zst"):
        with _decompressed(path) as stream:
            yield stream
        return
    with cast("IO[bytes]", openers.get(path.suffix, open)(path, "rb")) as stream:
        yield stream


@contextmanager
def _decompressed(path: Path) -> Iterator[IO[bytes]]:
    tool = {".lz4": "lz4", ".zst": "zstd"}[path.suffix]
    if APT_HELPER.exists():
        command = [str(APT_HELPER), "cat-file", str(path)]
    elif shutil.which(tool):
        command = [tool, "-dcq", str(path)]
    else:
        raise Failure(
            f"cannot read the package list {path}: {tool} is missing",
            hint=f"run: apt-get install {tool}",
        )
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None  # noqa: S101 - stdout=PIPE, said to mypy
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        finally:
            process.stdout.close()
    if process.returncode:
        raise OSError(None, f"{command[0]} failed with status {process.returncode}")
