"""``cortex rollback``: undoes an entry of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.settings import Settings


@click.command()
@click.argument("number", metavar="ID", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Only show the commands.")
@click.option("-y", "--yes", is_flag=True, help="Run them without asking.")
@json_option
@click.pass_obj
def rollback(settings: Settings, number: int, dry_run: bool, yes: bool) -> None:
    """Undo history entry ID: restore the package versions from before it.

    Checks first that the old versions are still available and that nothing installed since
    depends on what would be removed.  The rollback becomes an entry of the history itself.
    """
    from cortex_cli.install import real_machine
    from cortex_cli.install.history import History
    from cortex_cli.install.present import present
    from cortex_cli.install.rollback import plan_rollback

    with History.open(settings.environ) as history:
        entry = history.entry(number)
    if not dry_run and entry.state != "dry run":
        real_machine.check_rollback(settings.environ)
    plan = plan_rollback(settings, entry)
    present(settings, plan, "rollback", execute=not dry_run, yes=yes, undoes=number)
