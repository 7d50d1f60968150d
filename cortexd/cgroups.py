"""Find the systemd unit that a control group belongs to."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cortexd.identifiers import identify

_UNIT = re.compile(r"/([^/]+\.(?:service|scope))(?=/|$)")


def find_unit(path: str) -> str | None:
    """The unit in a control group's path; the innermost if there are several.

    systemd's own names are printable ASCII; whoever else makes a group may use any bytes.
    """
    units = _UNIT.findall("/" + path.strip("/"))
    if not units:
        return None
    unit = str(units[-1])
    return unit if unit.isascii() and unit.isprintable() else identify(unit)


def read_unit(pid: int, proc: Path = Path("/proc")) -> str | None:
    """The unit that a process runs in."""
    try:
        groups = os.fsdecode((proc / str(pid) / "cgroup").read_bytes())
    except OSError:
        return None
    for line in groups.split("\n"):
        number, _, rest = line.partition(":")
        controller, _, path = rest.partition(":")
        if (number == "0" or controller == "name=systemd") and (unit := find_unit(path)):
            return unit
    return None
