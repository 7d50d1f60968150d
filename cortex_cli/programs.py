"""Runs reading commands of the system: fixed arguments, a time limit, no shell."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# They answer within milliseconds, or something is very wrong with them too.
TIME_LIMIT_S = 3.0


def output_of(environ: Mapping[str, str], *command: str) -> str:
    """What ``command`` prints; nothing if it fails, is missing, or takes too long."""
    try:
        done = subprocess.run(
            command,
            env={**environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""
