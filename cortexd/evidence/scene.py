"""Where evidence is collected: on this machine, or in a copy of its folders in a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortexd.worker import Worker


@dataclass(frozen=True, slots=True)
class Scene:
    """The folders, and the thread for calls that may block."""

    worker: Worker
    proc: Path = Path("/proc")
    apt_cache: Path = Path("/var/cache/apt/archives")
    journals: tuple[Path, ...] = (Path("/var/log/journal"), Path("/run/log/journal"))
