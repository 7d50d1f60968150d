"""Carries out a plan: policy, one question, root, apt's lock, the commands, the history.

The order is fixed here.  Nothing has run before the history has the entry, and whatever ends
the commands, the entry says what is there afterwards.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import FAILED, INTERRUPTED, AlreadyReported, Failure, UsageError
from cortex_cli.install import apt_lock, privileges, runner, validation
from cortex_cli.install.history import History
from cortex_cli.install.policy import file as policy_file
from cortex_cli.install.policy.rules import Level, Verdict, judge_plan

if TYPE_CHECKING:
    from pathlib import Path

    from cortex_cli.install.history_entry import Entry, Kind, State
    from cortex_cli.install.plan import Plan
    from cortex_cli.install.runner import Outcome
    from cortex_cli.settings import Settings

# apt says this where another program took the lock between our look and its own.
LOCK_LOST = "Could not get lock"
MAX_LOCK_ATTEMPTS = 5


def check_policy(settings: Settings, plan: Plan) -> Verdict:
    """The policies' verdict.

    Raises:
        Failure: it is deny.
    """
    verdict = judge_plan(policy_file.load_policies(settings.environ), plan)
    if verdict.level is Level.DENY:
        raise Failure(
            f"the policy does not allow {verdict.about}: {verdict.why}",
            hint="who administers this machine can change /etc/cortex/policy.yaml",
        )
    return verdict


def execute(
    settings: Settings, plan: Plan, kind: Kind, *, yes: bool, undoes: int | None = None
) -> Entry:
    """Run ``plan`` after one question and return its entry in the history.

    Raises:
        Failure: it was not to be run, or could not be begun.
        AlreadySaid: it was begun and did not come to its end.
    """
    verdict = check_policy(settings, plan)
    if plan.refusal:
        raise Failure(f"apt would not do this: {plan.refusal}", hint="nothing was done")
    if plan.commands:
        _confirm(verdict, yes=yes)
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
        output.talk(f"the commands came to their end, and that was: {state}")
        raise


def _confirm(verdict: Verdict, *, yes: bool) -> None:
    """Ask once; --yes answers what the policy allows, not what it wants asked."""
    person = sys.stdin.isatty()
    if verdict.level is Level.ASK:
        if not person:
            raise Failure(
                f"the policy wants a person asked about {verdict.about}: {verdict.why}",
                hint="run it in a terminal",
            )
        output.talk(f"the policy wants you asked about {verdict.about}: {verdict.why}")
    elif yes:
        return
    elif not person:
        raise UsageError("there is nobody to ask whether to go on", hint="add --yes")
    if not click.confirm("Run these commands?", default=False, err=True):
        raise Failure("nothing was done")


def _run_commands(
    settings: Settings, plan: Plan, log: Path
) -> tuple[State, int | None, int | None]:
    """Run the commands one after the other, to the first that fails."""
    apt_lock.wait()
    validation.confirm_unchanged(settings, plan)
    for number, command in enumerate(plan.commands):
        output.talk(f"$ {plan.format_commands()[number]}")
        ended = _run_command(command, settings, log)
        if ended.interrupted:
            return "interrupted", number, ended.status
        if ended.status:
            return "failed", number, ended.status
    return "done", None, 0


def _run_command(command: tuple[str, ...], settings: Settings, log: Path) -> Outcome:
    for _ in range(MAX_LOCK_ATTEMPTS):
        apt_lock.wait()
        ended = runner.run(command, settings.environ, log)
        if not ended.status or ended.interrupted or LOCK_LOST not in ended.output:
            break
    return ended


def _report(plan: Plan, entry: Entry) -> None:
    """Say what was done and what was not."""
    shown = plan.format_commands()
    failed = entry.failed_command or 0
    for number, command in enumerate(shown):
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
    output.talk(
        f"history entry {entry.id}; what was done is taken back by: cortex rollback {entry.id}"
    )
