"""Known vulnerabilities of the installed packages, from debsecan with local data.

debsecan would download its data on each run.  It gets a local folder instead; without data in
that folder it is not run.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from cortexd import command
from cortexd.sources.packages import LIMIT_S, Changes

_LINE = re.compile(r"^(?P<name>(?:CVE|TEMP)-\S+) (?P<package>\S+)(?: \((?P<notes>.*)\))?$")


class Vulnerability(NamedTuple):
    """One vulnerability of one installed package; ``notes`` as debsecan prints them."""

    name: str
    package: str
    notes: str

    @property
    def is_serious(self) -> bool:
        """High urgency, or remotely exploitable."""
        return not {"high urgency", "remotely exploitable"}.isdisjoint(self.notes.split(", "))

    @property
    def is_fixed(self) -> bool:
        """Whether an update fixes it."""
        return "fixed" in self.notes.split(", ")


class Vulnerabilities:
    """What debsecan reports; ``status`` is dpkg's file, another one in tests."""

    name = "cve"
    limit_s = LIMIT_S

    def __init__(self, data: Path, status: Path = Path("/var/lib/dpkg/status")) -> None:
        self._data = data
        self._status = status
        self._changes = Changes(data, status)

    def explain_absence(self) -> str | None:
        """Why debsecan cannot be run, or None."""
        if not command.is_installed("debsecan"):
            return "debsecan is not installed"
        return None if self._find_data() else f"{self._data} has no debsecan data"

    def is_due(self, now: float) -> bool:
        """Whether the data or the packages have changed."""
        return self._changes.is_due(now)

    async def read(self) -> list[Vulnerability]:
        """Every vulnerability that debsecan reports."""
        self._changes.mark_read()
        file = self._find_data()
        suite = file.name if file else "GENERIC"
        argv = [
            "debsecan",
            "--format=summary",
            f"--suite={suite}",
            f"--source=file://{self._data}/",
        ]
        outcome = await command.run([*argv, f"--status={self._status}"], LIMIT_S)
        if not outcome.ok:
            raise OSError(f"debsecan exited with status {outcome.status}")
        return parse(outcome.output)

    def _find_data(self) -> Path | None:
        """The data of this release, else the generic data."""
        for name in (_read_codename(), "GENERIC"):
            if name and (path := self._data / name).is_file():
                return path
        return None


def parse(output: str) -> list[Vulnerability]:
    """The vulnerabilities in debsecan's summary."""
    return [
        Vulnerability(match["name"], match["package"], match["notes"] or "")
        for line in output.splitlines()
        if (match := _LINE.match(line))
    ]


def _read_codename(path: Path = Path("/etc/os-release")) -> str:
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
