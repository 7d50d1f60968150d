"""Finds and reads the lists that apt keeps: their files, origins and bytes.

A list may be plain or compressed (apt's ``Acquire::GzipIndexes``).  gzip, bzip2 and xz are
read by the standard library; lz4 and zstd by apt's own helper or the tool of that name.
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

from cortex_cli.debian.deb822 import Reader, split_stanzas
from cortex_cli.errors import Failure

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

SYSTEM_LISTS = Path("/var/lib/apt/lists")
SYSTEM_STATUS = Path("/var/lib/dpkg/status")
APT_HELPER = Path("/usr/lib/apt/apt-helper")

CHUNK_BYTES = 1024 * 1024
COMPRESSIONS = ("", ".gz", ".bz2", ".xz", ".lz4", ".zst")
# Roughly how many bytes one byte of a list unpacks to; for the progress bar.
UNPACKED_RATIO = {"": 1.0, ".lz4": 2.6, ".zst": 4.0, ".gz": 4.0, ".bz2": 5.0, ".xz": 5.0}
# The fields needed here come first in the file; checksums follow.
RELEASE_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ListFile:
    """One list and its origin as text: ``Debian bookworm/main``."""

    path: Path
    origin: str
    size: int
    mtime_ns: int

    @property
    def identity(self) -> str:
        """A string that changes when the file does."""
        return f"{self.path.name}:{self.size}:{self.mtime_ns}"


def find_packages(folder: Path) -> list[ListFile]:
    """Return the ``Packages`` lists in ``folder``; none if there is no such folder."""
    return [
        listed
        for listed in _iterate_lists(folder)
        if strip_compression(listed.path).endswith("_Packages")
    ]


def find_translations(folder: Path, language: str) -> list[ListFile]:
    """Return the lists of long descriptions in ``language``."""
    ending = f"_Translation-{language}"
    return [
        listed
        for listed in _iterate_lists(folder)
        if strip_compression(listed.path).endswith(ending)
    ]


def find_matching(folder: Path, name: re.Pattern[str]) -> list[ListFile]:
    """Return the lists whose name, without the compression suffix, matches ``name``."""
    return [
        listed for listed in _iterate_lists(folder) if name.search(strip_compression(listed.path))
    ]


def _iterate_lists(folder: Path) -> Iterator[ListFile]:
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
            try:
                stat = path.stat()
            except OSError:  # apt has just replaced it
                continue
            yield ListFile(path, _read_origin(path, releases), stat.st_size, stat.st_mtime_ns)


def strip_compression(path: Path) -> str:
    """Return the name of a list without its compression suffix."""
    name = path.name
    return name.removesuffix(path.suffix) if path.suffix in COMPRESSIONS[1:] else name


def estimate_packed_size(path: Path, unpacked: int) -> int:
    """Estimate how many bytes of the list at ``path`` hold ``unpacked`` bytes of text."""
    return int(unpacked / UNPACKED_RATIO[path.suffix if path.suffix in UNPACKED_RATIO else ""])


def _read_origin(path: Path, releases: dict[str, Path]) -> str:
    prefix = max((name for name in releases if path.name.startswith(name)), key=len, default="")
    if not prefix:
        return path.name.partition("_")[0]
    try:
        with releases[prefix].open("rb") as stream:
            head = stream.read(RELEASE_HEAD_BYTES)
    except OSError:  # only a label is lost
        head = b""
    fields = Reader(["Origin", "Label", "Codename", "Suite"]).read(head)
    name = fields.get("Label") or fields.get("Origin") or prefix.partition("_")[0]
    suite = fields.get("Codename") or fields.get("Suite") or ""
    component = path.name.removeprefix(prefix).strip("_").partition("_")[0]
    return f"{name} {suite}/{component}" if suite else name


def read_stanzas(path: Path) -> Iterator[bytes]:
    """Yield every stanza of a list or status file, compressed or not.

    Raises:
        Failure: the file cannot be read or decompressed; the hint names the remedy.
    """
    with _translate_errors(path):
        yield from split_stanzas(_read_chunks(path))


def read_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a list in chunks.

    Raises:
        Failure: the file cannot be read or decompressed; the hint names the remedy.
    """
    with _translate_errors(path):
        yield from _read_chunks(path)


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, lzma.LZMAError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(
            f"cannot read the package list {path}: {reason}", hint="run: apt-get update"
        ) from error


def _read_chunks(path: Path) -> Iterator[bytes]:
    with _open(path) as stream:
        yield from iter(lambda: stream.read(CHUNK_BYTES), b"")


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    openers: dict[str, Callable[..., object]] = {
        ".gz": gzip.open,
        ".bz2": bz2.open,
        ".xz": lzma.open,
    }
    if path.suffix in (".lz4", ".zst"):
        with _decompress(path) as stream:
            yield stream
        return
    with cast("IO[bytes]", openers.get(path.suffix, open)(path, "rb")) as stream:
        yield stream


@contextmanager
def _decompress(path: Path) -> Iterator[IO[bytes]]:
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
