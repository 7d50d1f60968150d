"""What ``install`` and ``rollback`` share: show a plan, then leave it or carry it out."""

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
    """Show ``plan``; run it with ``execute``."""
    if not execute:
        execution.check_policy(settings, plan)
        _record(settings, plan, kind, undoes)
        if settings.json:
            output.data_json(plan.as_json())
        else:
            plan_view.show(plan)
            output.data(plan_view.DRY_RUN_NOTE)
        return
    if not settings.json:
        plan_view.show(plan)
    entry = execution.execute(settings, plan, kind, yes=yes, undoes=undoes)
    if settings.json:
        output.data_json({**plan.as_json(), **_build_outcome(entry)})
    else:
        output.talk(f"Done. History entry {entry.id}; to take it back: cortex rollback {entry.id}")


def _build_outcome(entry: Entry) -> dict[str, Any]:
    found = entry.as_json()
    return {name: found[name] for name in ("id", "state", "before", "after")}


def _record(settings: Settings, plan: Plan, kind: Kind, undoes: int | None) -> None:
    # A look at what would be done is worth having even where it cannot be noted.
    try:
        with History.open(settings.environ) as history:
            history.record_dry_run(kind, plan, undoes)
    except Failure as error:
        output.talk(f"this dry run is not in the history: {error.message}")
