"""Reads the kernel's small files; what cannot be read is empty.  Knows nothing of trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_CHARS = 1 << 20


def text_of(path: Path) -> str:
    """What ``path`` holds; nothing where it cannot be read."""
    try:
        with path.open(errors="surrogateescape") as file:
            return file.read(MAX_CHARS)
    except OSError:
        return ""
