"""Runs a plan: policy, one question, root, apt's lock, the commands, the history.

The order is fixed here.  No command runs before the history has the entry, and however the
commands end, the entry records what is installed afterwards.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, INTERRUPTED, AlreadyReported, Failure, UsageError
from cortex_cli.install import apt_lock, privileges, real_machine, runner, validation
from cortex_cli.install.history import History
from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.judging import judge_plan
from cortex_cli.install.policy.rules import Level, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from cortex_cli.install.history_entry import Entry, Kind, State
    from cortex_cli.install.plan import Plan
    from cortex_cli.install.runner import Outcome
    from cortex_cli.settings import Settings

# apt says this if another program took the lock between our check and its own.
LOCK_LOST = "Could not get lock"
MAX_LOCK_ATTEMPTS = 5


def check_policy(settings: Settings, plan: Plan) -> Verdict:
    """Return the policies' verdict.

    Raises:
        Failure: the plan is denied.
    """
    verdict = judge_plan(policy_file.load_policies(settings.environ), plan)
    if verdict.level is Level.DENY:
        raise Failure(
            f"the policy does not allow {verdict.about}: {verdict.why}",
            hint="an administrator of this machine can change /etc/cortex/policy.yaml",
        )
    return verdict


def execute(
    settings: Settings, plan: Plan, kind: Kind, *, yes: bool, undoes: int | None = None
) -> Entry:
    """Run ``plan`` after one question and return its entry in the history.

    Raises:
        Failure: it may not be run, or could not be started.
        AlreadyReported: it was started and did not finish.
    """
    real_machine.check_install(settings.environ)
    verdict = check_policy(settings, plan)
    if plan.refusal:
        raise Failure(f"apt would not do this: {plan.refusal}", hint="nothing was changed")
    if plan.commands:
        _confirm(verdict, plan, yes=yes, shown=not settings.json)
        privileges.ensure_root()
    with History.open(settings.environ) as history:
        number = history.start(kind, plan, undoes)
        state: State = "failed"
        failed: int | None = None
        status: int | None = None
        try:
            state, failed, status = _run_commands(settings, plan, history.log(number))
        except KeyboardInterrupt:
            state, failed = "interrupted", 0
            raise
        finally:
            entry = _finish(history, number, state, failed, status)
    if state != "done":
        _report(plan, entry)
        raise AlreadyReported(INTERRUPTED if state == "interrupted" else FAILED)
    return entry


def _finish(
    history: History, number: int, state: State, failed: int | None, status: int | None
) -> Entry:
    try:
        return history.finish(number, state, failed, status)
    except Failure:
        output.talk(f"finished: {state}")
        raise


def _confirm(verdict: Verdict, plan: Plan, *, yes: bool, shown: bool) -> None:
    """Ask once; --yes answers for what the policy allows, not for what it marks as ask."""
    interactive = sys.stdin.isatty()
    if verdict.level is Level.ASK:
        for warning in () if shown else plan.warnings:
            output.talk(f"warning: {warning}")
        if not interactive:
            raise Failure(
                f"the policy requires confirmation for {verdict.about}: {verdict.why}",
                hint="run the command in a terminal",
            )
        output.talk(f"the policy requires confirmation for {verdict.about}: {verdict.why}")
    elif yes:
        return
    elif not interactive:
        raise UsageError("confirmation needs a terminal", hint="add --yes to run without asking")
    if not click.confirm("Run these commands?", default=False, err=True):
        raise Failure("nothing was changed")


def _run_commands(
    settings: Settings, plan: Plan, log: Path
) -> tuple[State, int | None, int | None]:
    """Run the commands in order, up to the first failure."""
    apt_lock.wait()
    validation.confirm_unchanged(settings, plan)
    pinned = plan.with_pins()
    check_policy(settings, pinned)
    for number, command in enumerate(pinned.commands):
        output.talk(f"$ {pinned.format_commands()[number]}")
        outcome = _run_command(command, settings, log)
        if outcome.interrupted:
            return "interrupted", number, outcome.status
        if outcome.status:
            return "failed", number, outcome.status
    return "done", None, 0


def _run_command(command: tuple[str, ...], settings: Settings, log: Path) -> Outcome:
    for _ in range(MAX_LOCK_ATTEMPTS):
        apt_lock.wait()
        outcome = runner.run(command, settings.environ, log)
        if not outcome.status or outcome.interrupted or LOCK_LOST not in outcome.output:
            break
    return outcome


def _report(plan: Plan, entry: Entry) -> None:
    """Print which commands ran and which did not."""
    failed = entry.failed_command or 0
    for number, command in enumerate(plan.format_commands()):
        if number < failed:
            output.talk(f"done: {command}")
        elif number == failed:
            status = f" with status {entry.exit_status}" if entry.exit_status is not None else ""
            output.complain(f"{entry.state}{status}: {command}")
        else:
            output.talk(f"not run: {command}")
    after = entry.after or {}
    for name, old in entry.before.items():
        new = after.get(name)
        if new == old:
            output.talk(f"unchanged: {name} ({old or 'not installed'})")
        else:
            output.talk(f"changed: {name}: {old or 'not installed'} → {new or 'not installed'}")
    output.talk(f"history entry {entry.id}; undo with: cortex rollback {entry.id}")
