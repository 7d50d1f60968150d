"""The machine that is read: files below a root, and fixed reading commands.

Everything that a probe touches goes through here, so that a folder and a table of outputs can
stand for a machine.  Commands run without a shell, in the C locale, with a limit of time and
of output.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from io import RawIOBase

TIMEOUT_S = 3.0
MAX_OUTPUT_BYTES = 4_000_000
MAX_FILE_BYTES = 32_000_000
# Files of /proc/sys refuse to be read in one piece of some megabytes.
PIECE_BYTES = 256 * 1024
_SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_KEPT = ("HOME", "USER", "XDG_RUNTIME_DIR", "DOCKER_HOST", "TZ")


def run(argv: Sequence[str], environ: Mapping[str, str], timeout_s: float) -> str | None:
    """What ``argv`` prints; None if it cannot start, or takes longer than ``timeout_s``.

    An exit status is not judged: ``systemctl is-active`` says "inactive" with one.
    """
    import subprocess

    kept = {name: environ[name] for name in _KEPT if name in environ}
    try:
        done = subprocess.run(
            list(argv),
            env={**kept, "PATH": _SAFE_PATH, "LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout[:MAX_OUTPUT_BYTES].decode(errors="replace")


def _whole(stream: RawIOBase) -> bytes:
    pieces, room = [], MAX_FILE_BYTES
    while room > 0 and (piece := stream.read(min(PIECE_BYTES, room))):
        pieces.append(piece)
        room -= len(piece)
    return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Machine:
    """``root`` is where /proc, /sys, /etc and /var are; ``environ`` is the person's."""

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=dict)
    runner: Callable[[Sequence[str], Mapping[str, str], float], str | None] = run

    def path(self, name: str) -> Path:
        """Where ``name``, an absolute path, is to be read."""
        return self.root / name.lstrip("/")

    def text(self, name: str) -> str:
        """The text of a file, without the white space around it; "" if it cannot be read."""
        try:
            with self.path(name).open("rb", buffering=0) as stream:
                return _whole(stream).decode(errors="replace").strip()
        except (OSError, ValueError):
            return ""

    def lines(self, name: str) -> list[str]:
        """The lines of a file; none if it cannot be read."""
        return self.text(name).splitlines()

    def names(self, name: str) -> list[str]:
        """What a folder holds, sorted; nothing if it cannot be read."""
        try:
            return sorted(os.listdir(self.path(name)))  # noqa: PTH208 - names, not paths
        except (OSError, ValueError):
            return []

    def link(self, name: str) -> str:
        """Where a symbolic link points to; "" if it is none."""
        try:
            return os.readlink(self.path(name))  # noqa: PTH115 - a text, not a path
        except (OSError, ValueError):
            return ""

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        try:
            return self.path(name).exists()
        except (OSError, ValueError):
            return False

    def pairs(self, name: str, mark: str = ":") -> dict[str, str]:
        """``name: value`` lines of a file."""
        values: dict[str, str] = {}
        for line in self.lines(name):
            key, has_mark, value = line.partition(mark)
            if has_mark:
                values.setdefault(key.strip(), value.strip())
        return values

    def output(self, *argv: str, timeout_s: float = TIMEOUT_S) -> str | None:
        """What a reading command prints, stripped; None if it cannot run or takes too long."""
        printed = self.runner(argv, self.environ, timeout_s)
        return None if printed is None else printed.strip()

    def table(self, *argv: str, timeout_s: float = TIMEOUT_S) -> list[str]:
        """The lines that a reading command prints; none if it cannot run."""
        return (self.output(*argv, timeout_s=timeout_s) or "").splitlines()
