"""Known vulnerabilities of the installed packages, by debsecan with data that lies here.

debsecan would download its data at each run; it is given a folder instead, and without
the data in it nothing runs.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cortexd import command
from cortexd.sources.packages import LIMIT_S, Changes

_LINE = re.compile(r"^(?P<name>(?:CVE|TEMP)-\S+) (?P<package>\S+)(?: \((?P<notes>.*)\))?$")


class Vulnerability(NamedTuple):
    """One vulnerability of one installed package; ``notes`` as debsecan has them."""

    name: str
    package: str
    notes: str

    @property
    def grave(self) -> bool:
        """High urgency, or exploitable from afar."""
        return "high urgency" in self.notes or "remotely exploitable" in self.notes

    @property
    def fixed(self) -> bool:
        """Whether an update mends it."""
        return "fixed" in self.notes


class Vulnerabilities:
    """What debsecan finds; ``status`` is dpkg's file, another one in tests."""

    name = "cve"
    limit_s = LIMIT_S

    def __init__(self, data: Path, status: Path = Path("/var/lib/dpkg/status")) -> None:
        self._data = data
        self._status = status
        self._changes = Changes(data, status)

    def missing(self) -> str | None:
        """Why nothing can be known."""
        if not command.is_installed("debsecan"):
            return "debsecan is not installed"
        return None if self._file() else f"{self._data} holds no data of debsecan"

    def due(self, now: float) -> bool:
        """Whether the data or the packages have changed."""
        return self._changes.due(now)

    async def read(self) -> list[Vulnerability]:
        """Every one that debsecan knows of."""
        self._changes.taken()
        file = self._file()
        suite = file.name if file else "GENERIC"
        argv = [
            "debsecan",
            "--format=summary",
            f"--suite={suite}",
            f"--source=file://{self._data}/",
        ]
        outcome = await command.run([*argv, f"--status={self._status}"], LIMIT_S)
        if not outcome.ok:
            raise OSError(f"debsecan ended with status {outcome.status}")
        return parse(outcome.output)

    def _file(self) -> Path | None:
        """The release's data, else the data of all."""
        for name in (_codename(), "GENERIC"):
            if name and (path := self._data / name).is_file():
                return path
        return None


def parse(output: str) -> list[Vulnerability]:
    """debsecan's summary."""
    return [
        Vulnerability(match["name"], match["package"], match["notes"] or "")
        for line in output.splitlines()
        if (match := _LINE.match(line))
    ]


def _codename(path: Path = Path("/etc/os-release")) -> str:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    names = [
        line.partition("=")[2].strip("\"'")
        for line in lines
        if line.startswith("VERSION_CODENAME=")
    ]
    return names[0] if names else ""
