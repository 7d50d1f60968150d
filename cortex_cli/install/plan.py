"""From a choice to a plan.  Pure: no index, no model, no process.

The model picks among candidates; no other name ever gets into a plan.  ``build`` makes the
proposal, ``with_effects`` adds what apt would do.  A dry run prints the very ``Plan`` that a
real run executes.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from cortex_cli.install import operands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PlanOrigin = Literal["exact", "catalogue", "index", "model", "history"]

MAX_PACKAGES = 8
MAX_ALTERNATIVES = 8
ROOT_TOOLS = ("sudo", "pkexec")


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    """One package to install, with the version in the lists."""

    name: str
    version: str
    origin: str
    installed: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One package that apt would change; without ``old`` it is new, without ``new`` removed."""

    name: str
    old: str | None
    new: str | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that apt would do; a size is None if unknown, negative if space is freed."""

    new: tuple[Change, ...] = ()
    upgraded: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    download_bytes: int | None = None
    disk_bytes: int | None = None

    def all(self) -> tuple[Change, ...]:
        """Return every change."""
        return (*self.new, *self.upgraded, *self.removed)

    def as_json(self) -> dict[str, Any]:
        """Return names and sizes for ``--json``."""
        return {
            "new": [change.name for change in self.new],
            "upgraded": [change.name for change in self.upgraded],
            "removed": [change.name for change in self.removed],
            "download_bytes": self.download_bytes,
            "disk_bytes": self.disk_bytes,
        }


@dataclass(frozen=True, slots=True)
class Effects:
    """What packages add, as far as it is known before they are installed."""

    services: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to install and with which commands, as argument lists.

    ``refusal`` is apt's reason if it refuses the whole plan.
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
        """Return the plan for ``--json``."""
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
        """Return the commands as a person would type them."""
        return [shlex.join(command) for command in self.commands]

    def with_effects(
        self,
        changes: Changes,
        effects: Effects,
        warnings: Sequence[str] = (),
        refusal: str | None = None,
    ) -> Plan:
        """Return the same plan with what it would do."""
        return replace(
            self, changes=changes, effects=effects, warnings=tuple(warnings), refusal=refusal
        )

    def with_pins(self) -> Plan:
        """Return the plan as it is run: operands behind ``--``, in the versions that were judged.

        Between the last check and apt's own start, package lists may change.
        """
        versions = {change.name.partition(":")[0]: change.new for change in self.changes.all()}
        return replace(
            self, commands=tuple(_pin_operands(command, versions) for command in self.commands)
        )

    def with_root_prefix(self, prefix: Sequence[str]) -> Plan:
        """Return the same plan with ``prefix`` as what makes its commands run as root."""
        commands = tuple((*prefix, *strip_root_prefix(command)) for command in self.commands)
        return replace(self, commands=commands)


def _pin_operands(command: tuple[str, ...], versions: Mapping[str, str | None]) -> tuple[str, ...]:
    """Pin the operands of an ``apt-get``; all options of a plan come before them."""
    prefix = command[: len(command) - len(strip_root_prefix(command))]
    program, verb, *rest = command[len(prefix) :]
    if program != "apt-get" or "--" in rest:
        return command
    options = [word for word in rest if word.startswith("-")]
    targets = [word for word in rest if not word.startswith("-")]
    if verb == "install":
        targets = [
            operands.pin(name, version) if (version := versions.get(name)) else name
            for name in targets
        ]
    return (*prefix, program, verb, *options, "--", *targets)


def strip_root_prefix(command: Sequence[str]) -> tuple[str, ...]:
    """Return ``command`` without sudo or pkexec in front."""
    return tuple(command[1:] if command[0] in ROOT_TOOLS else command)


def build_schema(names: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of a choice among ``names``."""
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
    """Return the candidates that a model's reply names, in its order; None if it is invalid."""
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
    """Build the plan that installs ``packages``; installed ones need no command."""
    missing = [operands.check_name(pkg.name) for pkg in packages if pkg.installed is None]
    prefix = () if root else ("sudo",)
    commands = [(*prefix, "apt-get", "install", "--yes", *missing)] if missing else []
    names = {package.name for package in packages}
    others = [name for name in dict.fromkeys(alternatives) if name not in names]
    return Plan(request, tuple(packages), tuple(others[:MAX_ALTERNATIVES]), tuple(commands), origin)
