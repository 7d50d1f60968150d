"""Reads dpkg's status file: which packages are installed, in which version and state.

Reading one file of a megabyte is faster than running dpkg, and works for another root.
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
# Files and configuration are in place; of the others, other packages still have work to do.
_COMPLETE = frozenset({"installed", "triggers-pending", "triggers-awaited"})
_FIELDS = ("Package", "Architecture", "Status", "Version", "Essential", "Protected", "Important")


@dataclass(frozen=True, slots=True)
class State:
    """The state of one package: ``installed``, or how far its installation got."""

    version: str
    state: str

    @property
    def complete(self) -> bool:
        """True if the installation is complete."""
        return self.state in _COMPLETE

    def __str__(self) -> str:
        return self.version if self.complete else f"{self.version} ({self.state})"


Versions = dict[str, State | None]


@dataclass(frozen=True, slots=True)
class InstalledPackages:
    """The installed packages by name, and those that must not be removed.

    ``packages`` has one of each name, the native one where dpkg lists it first, as it does on
    amd64 and arm64; ``architectures`` has each as ``name:architecture``.
    """

    packages: Mapping[str, State]
    protected: frozenset[str]
    architectures: Mapping[str, State]

    def states_of(self, names: Iterable[str]) -> Versions:
        """Return the state of each of ``names``; None if it is not installed."""
        return {name: self._find(name) for name in names}

    def _find(self, name: str) -> State | None:
        bare, _, architecture = name.partition(":")
        found = self.packages.get(bare)
        if not architecture or found is None:
            return found
        exact = self.architectures.get(name) or self.architectures.get(f"{bare}:all")
        # A status file that names no architectures, as those of tests, has one of each name.
        return exact if exact is not None or self.architectures else found


def is_complete(status: str) -> bool:
    """Whether a ``Status`` field is that of an installed package."""
    return status.rpartition(" ")[2] in _COMPLETE


def read(environ: Mapping[str, str]) -> InstalledPackages:
    """Read the status of this machine, or the file that ``CORTEX_DPKG_STATUS`` names."""
    path = status_path(environ)
    packages: dict[str, State] = {}
    architectures: dict[str, State] = {}
    protected = set()
    reader = Reader(_FIELDS)
    for stanza in apt_lists.read_stanzas(path) if path.exists() else ():
        fields = reader.read(stanza)
        state = fields.get("Status", "").rpartition(" ")[2]
        name = fields.get("Package", "")
        if not name or not state or state in _ABSENT:
            continue
        found = State(fields.get("Version", ""), state)
        packages.setdefault(name, found)
        if architecture := fields.get("Architecture"):
            architectures[f"{name}:{architecture}"] = found
        if "yes" in (fields.get("Essential"), fields.get("Protected"), fields.get("Important")):
            protected.add(name)
    return InstalledPackages(packages, frozenset(protected), architectures)


def status_path(environ: Mapping[str, str]) -> Path:
    """Return the path of dpkg's status file."""
    return Path(environ.get("CORTEX_DPKG_STATUS") or apt_lists.SYSTEM_STATUS)


def as_json(versions: Versions) -> dict[str, Any]:
    """Return ``versions`` as JSON values for the history."""
    return {name: asdict(state) if state else None for name, state in versions.items()}


def from_json(value: Mapping[str, Any]) -> Versions:
    """Restore the result of ``as_json``."""
    return {name: State(**state) if state else None for name, state in value.items()}


def strip_architecture(name: str) -> str:
    """Return the package name without its architecture."""
    return name.partition(":")[0]
