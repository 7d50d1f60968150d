"""From a choice to a checked plan.  Pure: no index, no model, no process.

The model proposes among candidates; a name that is no candidate never gets into a plan.  A
dry run prints the very ``Plan`` that a real run executes.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Source = Literal["exact", "index", "model"]

MAX_PACKAGES = 8
MAX_ALTERNATIVES = 8


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    """One package to install, with the version that the lists offer."""

    name: str
    version: str
    origin: str
    installed: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to install and by which commands, as argument lists."""

    request: str
    packages: tuple[PlannedPackage, ...]
    alternatives: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    source: Source

    def as_json(self) -> dict[str, Any]:
        """The plan for ``--json``."""
        return asdict(self)

    def shown_commands(self) -> list[str]:
        """The commands as a person would type them."""
        return [shlex.join(command) for command in self.commands]


def schema(names: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a choice among ``names``."""
    return {
        "type": "object",
        "properties": {
            "packages": {
                "type": "array",
                "items": {"type": "string", "enum": list(names)},
                "maxItems": MAX_PACKAGES,
            }
        },
        "required": ["packages"],
        "additionalProperties": False,
    }


def chosen(reply: str, names: Sequence[str]) -> list[str] | None:
    """The candidates that a model's reply names, in its order; None if it is no valid choice."""
    try:
        value = json.loads(reply)
    except ValueError:
        return None
    packages = value.get("packages") if isinstance(value, dict) else None
    if not isinstance(packages, list) or not all(isinstance(name, str) for name in packages):
        return None
    if any(name not in names for name in packages):
        return None
    return list(dict.fromkeys(packages))


def make(
    request: str,
    packages: Sequence[PlannedPackage],
    alternatives: Sequence[str],
    source: Source,
    *,
    root: bool,
) -> Plan:
    """The plan that installs ``packages``; what is installed already needs no command."""
    missing = [package.name for package in packages if package.installed is None]
    become_root = () if root else ("sudo",)
    commands = [(*become_root, "apt-get", "install", "--yes", *missing)] if missing else []
    names = {package.name for package in packages}
    others = [name for name in dict.fromkeys(alternatives) if name not in names]
    return Plan(request, tuple(packages), tuple(others[:MAX_ALTERNATIVES]), tuple(commands), source)
