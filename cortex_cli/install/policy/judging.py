"""Judges plans, argument lists and lines of shell by the policies.  Pure.

A plan is judged by every change that apt would make, dependencies and removals included; a line
by every command in it, member by member, and by where its output goes.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from cortex_cli.debian import version as debian_version
from cortex_cli.debian.dpkg_status import strip_architecture
from cortex_cli.install.policy import apt_arguments, command_line
from cortex_cli.install.policy.apt_arguments import ChangeKind
from cortex_cli.install.policy.commands.effects import Effect
from cortex_cli.install.policy.rules import Level, Subject, Verdict, pick_strictest
from cortex_cli.install.policy.shell.script import UNKNOWN, UnreadableCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.install.plan import Change, Plan
    from cortex_cli.install.policy.rules import Policy
    from cortex_cli.install.policy.shell.values import Argument

# Commands that run commands that run commands: find -exec nice xargs …
MAX_DEPTH = 8


def judge_plan(policies: Sequence[Policy], plan: Plan) -> Verdict:
    """Judge everything that ``plan`` runs and changes, dependencies included."""
    planned = {package.name for package in plan.packages}
    changes = {
        strip_architecture(change.name): find_kind(change, plan.origin == "history", planned)
        for change in plan.changes.all()
    }
    origins = {strip_architecture(change.name): change.origin for change in plan.changes.all()}
    origins |= {
        package.name: origins.get(package.name) or package.origin for package in plan.packages
    }
    reverts = plan.origin == "history"
    return pick_strictest(
        verdict
        for command in plan.commands
        for subject in _list_plan_subjects(command, changes, origins, reverts=reverts)
        for verdict in _apply(policies, subject)
    )


def find_kind(change: Change, undoes: bool, planned: set[str]) -> ChangeKind:
    """Return what ``change`` is; a rollback reverts what its entry changed."""
    if undoes and strip_architecture(change.name) in planned:
        return ChangeKind.REVERT
    if change.new is None:
        return ChangeKind.REMOVE
    if change.old is None:
        return ChangeKind.INSTALL
    older = debian_version.sort_key(change.new) < debian_version.sort_key(change.old)
    return ChangeKind.DOWNGRADE if older else ChangeKind.UPGRADE


def judge(policies: Sequence[Policy], argv: Sequence[str]) -> Verdict:
    """Judge one argument list."""
    return pick_strictest(_judge_argv(policies, argv, 0))


def judge_line(policies: Sequence[Policy], line: str) -> Verdict:
    """Judge shell text: a line, or a script."""
    try:
        steps = command_line.read_line(line)
    except UnreadableCommand as error:
        return Verdict(Level.DENY, line, str(error))
    return pick_strictest(verdict for step in steps for verdict in _judge_step(policies, step))


def _judge_step(policies: Sequence[Policy], step: command_line.Step) -> Iterator[Verdict]:
    shown = _show(step.argv) or "a redirection"
    for effect in step.effects:
        yield from _apply(policies, Subject(shown, effect=effect))
    if step.argv:
        yield from _judge_argv(policies, step.argv, 0)


def _judge_argv(
    policies: Sequence[Policy], argv: Sequence[str], depth: int, *, as_root: bool = False
) -> Iterator[Verdict]:
    from cortex_cli.install.policy.commands.classify import classify  # no plan needs it

    try:
        program = command_line.unwrap(argv)
        as_root = as_root or program.as_root
        name, words = str(program.argv[0]), program.argv[1:]
        reading = classify(name, words)
        if reading is None:
            command_line.check_shown(program.argv)
            subjects = list(_list_subjects(program.argv))
        elif depth >= MAX_DEPTH:
            raise UnreadableCommand(f"it runs commands more than {MAX_DEPTH} deep")
        else:
            effects = reading.effects | ({Effect.ROOT} if as_root else set())
            called = apt_arguments.parse_plain(name, words)
            subjects = [Subject(called, effect=effect) for effect in sorted(effects)]
    except UnreadableCommand as error:
        yield Verdict(Level.DENY, _show(argv), str(error))
        return
    for subject in subjects:
        yield from _apply(policies, subject)
    for command in reading.runs if reading else ():
        yield from _judge_argv(policies, command, depth + 1, as_root=as_root)


def _list_subjects(argv: Sequence[Argument]) -> Iterator[Subject]:
    call = apt_arguments.parse(argv)
    packages = call.packages or ((None, None),)
    for (package, change), argument in product(packages, call.arguments or (None,)):
        yield Subject(call.command, argument, package, change=change)


def _list_plan_subjects(
    command: Sequence[str],
    changes: Mapping[str, ChangeKind],
    origins: Mapping[str, str],
    *,
    reverts: bool,
) -> Iterator[Subject]:
    """Yield what a plan's command changes: apt has said what becomes of every package."""
    call = apt_arguments.parse(command_line.unwrap(command).argv)
    named = {
        package: ChangeKind.REVERT if reverts else change
        for package, change in call.packages
        if package not in changes
    }
    named_and_changed = named | dict(changes)
    packages: list[tuple[str | None, ChangeKind | None]] = [*named_and_changed.items()]
    packages = packages or [(None, None)]
    for (package, change), argument in product(packages, call.arguments or (None,)):
        known = package in origins
        origin = origins.get(package or "")
        yield Subject(call.command, argument, package, origin, exact=known, change=change)


def _apply(policies: Sequence[Policy], subject: Subject) -> Iterator[Verdict]:
    yield from (policy.judge(subject) for policy in policies)


def _show(argv: Sequence[str]) -> str:
    return " ".join(argv).replace(UNKNOWN, "…")
