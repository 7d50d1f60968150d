"""Reads a folder of YAML files, through a copy as JSON: YAML alone would take a second or two.

The copy lies where the indexes do, named by what it was made of, so that a changed file makes
a new one.  A copy of somebody else's is only read if root owns it.  Without a place to write
everything works, only slower.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.index import cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = "catalogue-"


def read(folder: Path, environ: Mapping[str, str] = os.environ) -> list[tuple[str, Any]]:
    """The documents of ``folder/*.yaml``: each file's name without its ending, and its content.

    Raises:
        yaml.YAMLError: a file is not YAML.
        OSError: a file cannot be read.
    """
    files = sorted(folder.glob("*.yaml"))
    name = f"{PREFIX}{folder.parent.name}-{_digest(files)}.json"
    for place in cache.list_folders(environ):
        if (documents := _kept(place / name)) is not None:
            return documents
    documents = list(_parse(files))
    _keep(documents, name, environ)
    return documents


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        state = file.stat()
        digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def _parse(files: list[Path]) -> Iterator[tuple[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        yield file.stem, yaml.load(file.read_text(encoding="utf-8"), loader)  # noqa: S506 - safe


def _kept(path: Path) -> list[tuple[str, Any]] | None:
    """The copy at ``path``, if it is ours or root's and whole."""
    try:
        with path.open("rb") as stream:
            state = os.fstat(stream.fileno())
            if state.st_uid not in (0, os.geteuid()) or state.st_mode & stat.S_IWOTH:
                return None
            return [(name, document) for name, document in json.load(stream)]
    except (OSError, ValueError, TypeError):
        return None


def _keep(documents: list[tuple[str, Any]], name: str, environ: Mapping[str, str]) -> None:
    for place in cache.list_folders(environ):
        with suppress(OSError, TypeError, ValueError):
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=place, prefix=PREFIX, delete=False) as stream:
                json.dump(documents, stream, ensure_ascii=False, separators=(",", ":"))
            Path(stream.name).chmod(0o644)
            Path(stream.name).replace(place / name)
            _forget_others(place, name)
            return


def _forget_others(place: Path, name: str) -> None:
    """Copies of what this catalogue was before."""
    beginning = name.rpartition("-")[0]
    for path in place.glob(f"{beginning}-*.json"):
        if path.name != name:
            path.unlink(missing_ok=True)
