"""What may be run: allow, ask or deny, judged by what a command really runs.  Pure.

Deny comes before ask, ask before allow; without a matching rule the policy's default applies.
Every package, every argument and every effect of a command is judged; the strictest verdict
counts.  What cannot be read is denied, whatever the rules say.  Additional policies (the user's
beside the administrator's) can only be stricter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cortex_cli.install.policy.apt_arguments import ChangeKind
from cortex_cli.install.policy.commands.effects import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

# An allow rule that names no arguments permits only those that Cortex itself passes.
OWN_ARGUMENTS = {
    "apt-get": frozenset({"--yes", "--allow-downgrades", "--download-only"}),
    "dpkg": frozenset({"-a"}),
}
# One that names no change permits these, one without an effect the harmless ones.
ORDINARY_CHANGES = frozenset({None, ChangeKind.INSTALL, ChangeKind.UPGRADE, ChangeKind.REVERT})
ORDINARY_EFFECTS = frozenset({None, Effect.READS, Effect.PROBES})


class Level(IntEnum):
    """How strict; the highest wins."""

    ALLOW = 0  # run after the one question that --yes answers
    ASK = 1  # a person at a terminal must agree
    DENY = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to judge: a command with one of its arguments, packages or effects."""

    command: str
    argument: str | None = None
    package: str | None = None
    origin: str | None = None
    exact: bool = False  # apt has confirmed that a package of this very name exists
    change: ChangeKind | None = None
    effect: Effect | None = None

    @property
    def program(self) -> str:
        """The command without its verb."""
        return self.command.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """Applies if each of its keys has a matching pattern; an empty key is no condition."""

    level: Level
    command: tuple[str, ...] = ()
    argument: tuple[str, ...] = ()
    package: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    effect: tuple[str, ...] = ()
    reason: str = ""
    place: str = ""

    def applies(self, subject: Subject) -> bool:
        """Return True if this rule is about ``subject``."""
        if self.level is Level.ALLOW and not self._permits(subject):
            return False
        return (
            (not self.command or _matches_any(self.command, (subject.command, subject.program)))
            and (not self.argument or _matches_any(self.argument, (subject.argument,)))
            and (not self.package or self._names(subject))
            and (not self.origin or _matches_any(self.origin, self._list_origins(subject)))
            and (not self.change or _matches_any(self.change, (subject.change,)))
            and (not self.effect or _matches_any(self.effect, (subject.effect,)))
        )

    def _permits(self, subject: Subject) -> bool:
        """Return False where permission has to be given by name."""
        own = OWN_ARGUMENTS.get(subject.program, frozenset())
        return (
            (bool(self.argument) or subject.argument is None or subject.argument in own)
            and (bool(self.change) or subject.change in ORDINARY_CHANGES)
            and (bool(self.effect) or subject.effect in ORDINARY_EFFECTS)
        )

    def _list_origins(self, subject: Subject) -> tuple[str | None, ...]:
        """The archives that have the package, as one text and, to be strict, one by one.

        An archive's label may hold a comma and look like two: that must not allow anything.
        """
        if subject.origin is None or self.level is Level.ALLOW:
            return (subject.origin,)
        return (subject.origin, *subject.origin.split(", "))

    def _names(self, subject: Subject) -> bool:
        package = subject.package
        if package is not None and package.startswith("/") and self.level is Level.ALLOW:
            # A folder's pattern permits what lies in it, not below.
            patterns = [name for name in self.package if name.count("/") == package.count("/")]
            return _matches_any(patterns, (package,))
        if _matches_any(self.package, (package,)):
            return True
        # apt takes a name with a dot or plus that is no package for a regular expression.
        if package is None or subject.exact or self.level is Level.ALLOW:
            return False
        literal = [name for name in self.package if not set(name) & set("*?[")]
        try:
            return bool(set(package) & set(".+")) and any(
                re.search(package, name) for name in literal
            )
        except re.error:
            return True


@dataclass(frozen=True, slots=True)
class Policy:
    """One file's rules."""

    file_name: str
    default: Level
    rules: tuple[Rule, ...]

    def judge(self, subject: Subject) -> Verdict:
        """Return the verdict of the first rule that applies, the strictest level first."""
        about = _describe(subject)
        for level in (Level.DENY, Level.ASK, Level.ALLOW):
            for rule in self.rules:
                if rule.level is level and rule.applies(subject):
                    matched = f" {subject.argument}" if rule.argument else ""
                    why = f"{rule.reason} ({rule.place})" if rule.reason else rule.place
                    return Verdict(level, about + matched, why)
        return Verdict(self.default, about, f"{self.file_name}: no rule matches")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How strict, about what, and why."""

    level: Level
    about: str = ""
    why: str = ""


def _describe(subject: Subject) -> str:
    """Return what is judged, for a person: "apt-get install (remove) systemd-sysv"."""
    verb = subject.command.partition(" ")[2]
    shown: str | None = subject.effect
    if subject.change in (ChangeKind.REMOVE, ChangeKind.DOWNGRADE) and subject.change not in verb:
        shown = subject.change
    note = f"({shown})" if shown and shown is not Effect.READS else None
    return " ".join(part for part in (subject.command, note, subject.package) if part)


def pick_strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the strictest verdict, the first of several."""
    return max(verdicts, key=lambda verdict: verdict.level, default=Verdict(Level.ALLOW))


def _matches_any(patterns: Iterable[str], values: Iterable[str | None]) -> bool:
    return any(
        fnmatchcase(value, pattern) for value in values if value is not None for pattern in patterns
    )
