"""A process that eats memory in a cgroup of its own until the kernel kills it.

``why_not`` says what is missing; works with both versions of control groups.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
LIMIT = 48 * 2**20
EAT = "import time; time.sleep(0.3); kept = [bytearray(2**20) for _ in range(400)]"


def _parent() -> Path | None:
    for folder in (ROOT / "memory", ROOT):
        if os.access(folder / "cgroup.procs", os.W_OK):
            return folder
    return None


def why_not() -> str | None:
    if os.geteuid() != 0 or _parent() is None:
        return "needs root and a writable memory control group"
    return None


@contextlib.contextmanager
def group(name: str) -> Iterator[Path]:
    """A control group with a limit, named like a unit."""
    parent = _parent()
    assert parent is not None
    folder = parent / name
    folder.mkdir()
    limit = folder / ("memory.max" if (folder / "memory.max").exists() else "memory.limit_in_bytes")
    limit.write_text(str(LIMIT))
    try:
        yield folder
    finally:
        for _ in range(100):
            try:
                folder.rmdir()
                break
            except OSError:  # its process is on its way out
                time.sleep(0.05)


def eat(folder: Path) -> int:
    """Run the eater in the group; its exit status, -9 once it was killed."""
    with subprocess.Popen([sys.executable, "-c", EAT]) as process:
        (folder / "cgroup.procs").write_text(str(process.pid))
        return process.wait(60)
