"""``cortex rollback``: takes back what an entry of the history did."""

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
    """Bring back the versions from before the history's entry ID.

    Whether the old versions can still be had, and whether anything installed since needs what
    would go, is checked before the first command runs.  Is itself an entry of the history.
    """
    from cortex_cli.install.history import History
    from cortex_cli.install.present import present
    from cortex_cli.install.rollback import plan_rollback

    with History.open(settings.environ) as history:
        entry = history.entry(number)
    plan = plan_rollback(settings, entry)
    present(settings, plan, "rollback", execute=not dry_run, yes=yes, undoes=number)
