"""The process that makes an index: ``python -m cortex_cli.index.builder KIND PATH LOCK NICE``.

Started by background.py, which hands it the lock as an open descriptor; it holds that to its
end.  What it has to say it writes beside the index.
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
from cortex_cli.index.background import Files
from cortex_cli.index.documents import DocumentSource
from cortex_cli.index.packages import PackageSource
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.index.cache import Source

SOURCES: dict[str, type[PackageSource | DocumentSource]] = {
    PackageSource.KIND: PackageSource,
    DocumentSource.KIND: DocumentSource,
}
# As often as an eye can follow.
TELL_S = 0.1


class _Telling:
    """Writes how far it is, whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = 0.0

    def __call__(self, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        if now - self._told < TELL_S:
            return
        self._told = now
        new = self._path.with_suffix(".progress-new")
        new.write_text(json.dumps({"done": done, "total": total, "note": note}))
        new.replace(self._path)


def build(source: Source, path: Path) -> None:
    """Make the index at ``path``; why it cannot be made is written beside it."""
    files = Files(path)
    failure: dict[str, str | float | None] | None = None
    signature = source.signature()
    try:
        cache.build_file(source, path, _Telling(files.progress))
    except CortexError as error:
        failure = {"message": error.message, "hint": error.hint}
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        failure = {"message": f"cannot build {source.TITLE}: {reason}", "hint": _hint(error)}
    if failure is None:
        files.failure.unlink(missing_ok=True)
    else:
        text = json.dumps({"signature": signature, "at": time.time(), **failure})
        files.failure.write_text(text)
    files.progress.unlink(missing_ok=True)
    if not files.log.stat().st_size:
        files.log.unlink()


def _hint(error: OSError | sqlite3.Error) -> str:
    full = getattr(error, "errno", None) == errno.ENOSPC or "full" in str(error)
    return "free some space, or set CORTEX_CACHE_DIR" if full else "check it with: cortex doctor"


def main(arguments: list[str]) -> int:
    """Run the process."""
    kind, path, _lock, nice = arguments
    os.nice(int(nice))
    build(SOURCES[kind].find(os.environ), Path(path))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
