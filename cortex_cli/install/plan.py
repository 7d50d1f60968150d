"""From a choice to a plan.  Pure: no index, no model, no process.

The model proposes among candidates; a name that is no candidate never gets into a plan.
``build`` gives the proposal, ``with_effects`` the same with what apt says it would do.  A dry run
prints the very ``Plan`` that a real run executes.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

PlanOrigin = Literal["exact", "catalogue", "index", "model", "history"]

MAX_PACKAGES = 8
MAX_ALTERNATIVES = 8
ROOT_TOOLS = ("sudo", "pkexec")


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    """One package to install, with the version that the lists offer."""

    name: str
    version: str
    origin: str
    installed: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One package that apt would change; no ``old`` is new, no ``new`` is removed."""

    name: str
    old: str | None
    new: str | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that apt would do; a size is None where apt did not say, less than 0 where freed."""

    new: tuple[Change, ...] = ()
    upgraded: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    download_bytes: int | None = None
    disk_bytes: int | None = None

    def all(self) -> tuple[Change, ...]:
        """Every change."""
        return (*self.new, *self.upgraded, *self.removed)

    def as_json(self) -> dict[str, Any]:
        """Names and sizes."""
        return {
            "new": [change.name for change in self.new],
            "upgraded": [change.name for change in self.upgraded],
            "removed": [change.name for change in self.removed],
            "download_bytes": self.download_bytes,
            "disk_bytes": self.disk_bytes,
        }


@dataclass(frozen=True, slots=True)
class Effects:
    """What packages bring along, as far as it is known before they are there."""

    services: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to install and by which commands, as argument lists.

    ``refusal`` is what apt said where it would not do this at all.
    """

    request: str
    packages: tuple[PlannedPackage, ...]
    alternatives: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]
    origin: PlanOrigin
    changes: Changes = field(default_factory=Changes)
    effects: Effects = field(default_factory=Effects)
    warnings: tuple[str, ...] = ()
    refusal: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The plan for ``--json``."""
        return {
            "request": self.request,
            "packages": [asdict(package) for package in self.packages],
            "alternatives": list(self.alternatives),
            "commands": [list(command) for command in self.commands],
            "services": list(self.effects.services),
            "changes": self.changes.as_json(),
            "warnings": list(self.warnings),
            "source": self.origin,
        }

    def format_commands(self) -> list[str]:
        """The commands as a person would type them."""
        return [shlex.join(command) for command in self.commands]

    def with_effects(
        self,
        changes: Changes,
        effects: Effects,
        warnings: Sequence[str] = (),
        refusal: str | None = None,
    ) -> Plan:
        """The same plan with what it would do."""
        return replace(
            self, changes=changes, effects=effects, warnings=tuple(warnings), refusal=refusal
        )

    def with_root_prefix(self, become_root: Sequence[str]) -> Plan:
        """The same plan, its commands begun by ``become_root`` instead of what began them."""
        commands = tuple((*become_root, *strip_root_prefix(command)) for command in self.commands)
        return replace(self, commands=commands)


def strip_root_prefix(command: Sequence[str]) -> tuple[str, ...]:
    """``command`` without what makes it run as root."""
    return tuple(command[1:] if command[0] in ROOT_TOOLS else command)


def build_schema(names: Sequence[str]) -> dict[str, Any]:
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


def parse_choice(reply: str, names: Sequence[str]) -> list[str] | None:
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


def build(
    request: str,
    packages: Sequence[PlannedPackage],
    alternatives: Sequence[str],
    origin: PlanOrigin,
    *,
    root: bool,
) -> Plan:
    """The plan that installs ``packages``; what is installed already needs no command."""
    missing = [package.name for package in packages if package.installed is None]
    become_root = () if root else ("sudo",)
    commands = [(*become_root, "apt-get", "install", "--yes", *missing)] if missing else []
    names = {package.name for package in packages}
    others = [name for name in dict.fromkeys(alternatives) if name not in names]
    return Plan(request, tuple(packages), tuple(others[:MAX_ALTERNATIVES]), tuple(commands), origin)
