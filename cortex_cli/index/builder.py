"""The process that builds an index: ``python -m cortex_cli.index.builder KIND PATH LOCK NICE``.

background.py starts it and passes the lock as an open descriptor, which it holds until it exits.
It reports through small files next to the index.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.index import cache
from cortex_cli.index.background import BuildFiles
from cortex_cli.index.documents import DocumentSource
from cortex_cli.index.packages import PackageSource
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.index.cache import IndexSource

SOURCES: dict[str, type[PackageSource | DocumentSource]] = {
    PackageSource.KIND: PackageSource,
    DocumentSource.KIND: DocumentSource,
}
# More often than this nobody would notice.
PROGRESS_INTERVAL_S = 0.1


class _ProgressFile:
    """Writes the progress file atomically, at most every ``PROGRESS_INTERVAL_S``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written_at = 0.0

    def __call__(self, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        if now - self._written_at < PROGRESS_INTERVAL_S:
            return
        self._written_at = now
        new = self._path.with_suffix(".progress-new")
        new.write_text(json.dumps({"done": done, "total": total, "note": note}))
        new.replace(self._path)


def build(source: IndexSource, path: Path) -> None:
    """Build the index at ``path``; on failure the reason is written next to it."""
    files = BuildFiles(path)
    failure: dict[str, str | float | None] | None = None
    signature = source.signature()
    try:
        cache.build_file(source, path, _ProgressFile(files.progress))
    except CortexError as error:
        failure = {"message": error.message, "hint": error.hint}
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        failure = {"message": f"cannot build {source.TITLE}: {reason}", "hint": _choose_hint(error)}
    if failure is None:
        files.failure.unlink(missing_ok=True)
    else:
        text = json.dumps({"signature": signature, "at": time.time(), **failure})
        files.failure.write_text(text)
    files.progress.unlink(missing_ok=True)
    if not files.log.stat().st_size:
        files.log.unlink()


def _choose_hint(error: OSError | sqlite3.Error) -> str:
    full = getattr(error, "errno", None) == errno.ENOSPC or "full" in str(error)
    return (
        "free disk space, or set CORTEX_CACHE_DIR to another folder"
        if full
        else "run: cortex doctor"
    )


def main(arguments: list[str]) -> int:
    """Run the process."""
    kind, path, _lock, nice = arguments
    os.nice(int(nice))
    build(SOURCES[kind].find(os.environ), Path(path))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
