"""The folders that indexes and compiled copies may lie in, best first.  Reads no file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEM_CACHE = Path("/var/cache/cortex")


def list_folders(environ: Mapping[str, str]) -> list[Path]:
    """Return the folders that may hold an index, best first."""
    if named := environ.get("CORTEX_CACHE_DIR"):
        return [Path(named)]
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or "~").expanduser() / ".cache"
    return [SYSTEM_CACHE, Path(home) / "cortex"]
