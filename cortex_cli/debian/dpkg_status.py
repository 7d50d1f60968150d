"""What dpkg has installed, read from its status file: versions, states, who needs whom.

Reading one file of a megabyte is faster than asking dpkg, and works on another machine's file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortex_cli.debian import lists as apt_lists
from cortex_cli.debian.deb822 import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ABSENT = ("not-installed", "config-files")
_FIELDS = ("Package", "Status", "Version", "Essential", "Protected", "Important")


@dataclass(frozen=True, slots=True)
class State:
    """One package that is there: ``installed``, or how far its installation got."""

    version: str
    state: str

    @property
    def whole(self) -> bool:
        """True where the installation was finished."""
        return self.state == "installed"

    def __str__(self) -> str:
        return self.version if self.whole else f"{self.version} ({self.state})"


Versions = dict[str, State | None]


@dataclass(frozen=True, slots=True)
class Installed:
    """What is there, by name."""

    packages: Mapping[str, State]
    protected: frozenset[str]

    def among(self, names: Iterable[str]) -> Versions:
        """The states of ``names``; None for what is not there."""
        return {name: self.packages.get(bare(name)) for name in names}


def read(environ: Mapping[str, str]) -> Installed:
    """Read the status of this machine, or of the file that CORTEX_DPKG_STATUS names."""
    path = status_path(environ)
    packages: dict[str, State] = {}
    protected = set()
    reader = Reader(_FIELDS)
    for stanza in apt_lists.read_stanzas(path) if path.exists() else ():
        found = reader.read(stanza)
        state = found.get("Status", "").rpartition(" ")[2]
        name = found.get("Package", "")
        if not name or not state or state in _ABSENT:
            continue
        packages[name] = State(found.get("Version", ""), state)
        if "yes" in (found.get("Essential"), found.get("Protected"), found.get("Important")):
            protected.add(name)
    return Installed(packages, frozenset(protected))


def status_path(environ: Mapping[str, str]) -> Path:
    """Where dpkg's status is."""
    return Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)


def as_json(versions: Versions) -> dict[str, Any]:
    """``versions`` for the history."""
    return {name: asdict(state) if state else None for name, state in versions.items()}


def from_json(value: Mapping[str, Any]) -> Versions:
    """What ``as_json`` made."""
    return {name: State(**state) if state else None for name, state in value.items()}


def bare(name: str) -> str:
    """The name without its architecture."""
    return name.partition(":")[0]
