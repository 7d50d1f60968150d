"""What ``install`` and ``rollback`` share: show a plan, and run it if asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.install import execution
from cortex_cli.install import view as plan_view
from cortex_cli.install.history import History

if TYPE_CHECKING:
    from cortex_cli.install.history_entry import Entry, Kind
    from cortex_cli.install.plan import Plan
    from cortex_cli.settings import Settings


def present(
    settings: Settings,
    plan: Plan,
    kind: Kind,
    *,
    execute: bool,
    yes: bool,
    undoes: int | None = None,
) -> None:
    """Show ``plan``; run it if ``execute``."""
    if not execute:
        execution.check_policy(settings, plan)
        _record(settings, plan, kind, undoes)
        output.emit(plan.as_json(), lambda: _show_dry_run(plan), as_json=settings.json)
        return
    if not settings.json:
        plan_view.show(plan)
    entry = execution.execute(settings, plan, kind, yes=yes, undoes=undoes)
    text = f"Done. History entry {entry.id}; undo with: cortex rollback {entry.id}"
    value = {**plan.as_json(), **_build_outcome(entry)}
    output.emit(value, lambda: output.talk(text), as_json=settings.json)


def _show_dry_run(plan: Plan) -> None:
    plan_view.show(plan)
    output.data(plan_view.DRY_RUN_NOTE)


def _build_outcome(entry: Entry) -> dict[str, Any]:
    values = entry.as_json()
    return {name: values[name] for name in ("id", "state", "before", "after")}


def _record(settings: Settings, plan: Plan, kind: Kind, undoes: int | None) -> None:
    # A plan is worth showing even if it cannot be recorded.
    try:
        with History.open(settings.environ) as history:
            history.record_dry_run(kind, plan, undoes)
    except Failure as error:
        output.talk(f"dry run not recorded in the history: {error.message}")
