"""Find the systemd unit that a control group belongs to."""

from __future__ import annotations

import re
from pathlib import Path

_UNIT = re.compile(r"/([^/]+\.(?:service|scope))(?=/|$)")


def find_unit(path: str) -> str | None:
    """The unit in a control group's path; the innermost if there are several."""
    units = _UNIT.findall("/" + path.strip("/"))
    return str(units[-1]) if units else None


def read_unit(pid: int, proc: Path = Path("/proc")) -> str | None:
    """The unit that a process runs in."""
    try:
        groups = (proc / str(pid) / "cgroup").read_text(errors="replace")
    except OSError:
        return None
    for line in groups.splitlines():
        number, controller, path = line.split(":", 2)
        if (number == "0" or controller == "name=systemd") and (unit := find_unit(path)):
            return unit
    return None
