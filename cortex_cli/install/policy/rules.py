"""What may be run: allow, ask or deny, judged by what a command really runs.  Pure.

Deny comes before ask, ask before allow; without a matching rule the policy's default applies.
Every package and every argument of a command is judged; the strictest verdict counts.  What
cannot be read is denied, whatever the rules say.  Additional policies (the user's beside the
administrator's) can only be stricter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from itertools import product
from typing import TYPE_CHECKING

from cortex_cli.debian.dpkg_status import strip_architecture
from cortex_cli.install.policy import apt_arguments, command_line
from cortex_cli.install.policy.command_line import UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cortex_cli.install.plan import Plan


class Level(IntEnum):
    """How strict; the highest wins."""

    ALLOW = 0  # run after the one question that --yes answers
    ASK = 1  # a person at a terminal must agree
    DENY = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to judge: a command with one of its arguments and one of its packages."""

    command: str
    argument: str | None = None
    package: str | None = None
    origin: str | None = None
    exact: bool = False  # apt has confirmed that a package of this very name exists


@dataclass(frozen=True, slots=True)
class Rule:
    """Applies if each of its keys has a matching pattern; an empty key is no condition."""

    level: Level
    command: tuple[str, ...] = ()
    argument: tuple[str, ...] = ()
    package: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    reason: str = ""
    place: str = ""

    def applies(self, subject: Subject) -> bool:
        """Return True if this rule is about ``subject``."""
        program = subject.command.partition(" ")[0]
        return (
            (not self.command or _matches_any(self.command, (subject.command, program)))
            and (not self.argument or _matches_any(self.argument, (subject.argument,)))
            and (not self.package or self._names(subject))
            and (not self.origin or _matches_any(self.origin, self._list_origins(subject)))
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """How strict, about what, and why."""

    level: Level
    about: str = ""
    why: str = ""


def judge_plan(policies: Sequence[Policy], plan: Plan) -> Verdict:
    """Judge everything that ``plan`` runs and changes, dependencies included."""
    origins = {strip_architecture(change.name): change.origin for change in plan.changes.all()}
    origins |= {
        package.name: origins.get(package.name) or package.origin for package in plan.packages
    }
    changed = list(dict.fromkeys(strip_architecture(change.name) for change in plan.changes.all()))
    return _pick_strictest(
        verdict
        for command in plan.commands
        for verdict in _judge_parts(policies, command, changed, origins)
    )


def judge(policies: Sequence[Policy], argv: Sequence[str]) -> Verdict:
    """Judge one argument list."""
    return _pick_strictest(_judge_parts(policies, argv, (), {}))


def judge_line(policies: Sequence[Policy], line: str) -> Verdict:
    """Judge a line of shell."""
    try:
        argvs = command_line.split_commands(line)
    except UnreadableCommand as error:
        return Verdict(Level.DENY, line, str(error))
    return _pick_strictest(
        verdict for argv in argvs for verdict in _judge_parts(policies, argv, (), {})
    )


def _judge_parts(
    policies: Sequence[Policy], argv: Sequence[str], changed: Iterable[str], origins: dict[str, str]
) -> Iterator[Verdict]:
    try:
        call = apt_arguments.parse(command_line.unwrap(argv))
    except UnreadableCommand as error:
        yield Verdict(Level.DENY, " ".join(argv), str(error))
        return
    packages: list[str | None] = [*dict.fromkeys((*call.packages, *changed))]
    for package, argument in product(packages or [None], call.arguments or [None]):
        origin = origins.get(package or "")
        subject = Subject(call.command, argument, package, origin, exact=package in origins)
        yield from (_apply_policy(policy, subject) for policy in policies)


def _apply_policy(policy: Policy, subject: Subject) -> Verdict:
    about = " ".join(part for part in (subject.command, subject.package) if part)
    for level in (Level.DENY, Level.ASK, Level.ALLOW):
        for rule in policy.rules:
            if rule.level is level and rule.applies(subject):
                matched = f" {subject.argument}" if rule.argument else ""
                why = f"{rule.reason} ({rule.place})" if rule.reason else rule.place
                return Verdict(level, about + matched, why)
    return Verdict(policy.default, about, f"{policy.file_name}: no rule matches")


def _pick_strictest(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: verdict.level, default=Verdict(Level.ALLOW))


def _matches_any(patterns: Iterable[str], values: Iterable[str | None]) -> bool:
    return any(
        fnmatchcase(value, pattern) for value in values if value is not None for pattern in patterns
    )
