"""``cortex install``: from words to the commands that would install what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.plan import Plan
    from cortex_cli.settings import Settings

DRY_RUN_NOTE = "(Dry run mode - commands not executed)"


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only show the commands; the default.")
@json_option
@click.pass_obj
def install(settings: Settings, what: tuple[str, ...], dry_run: bool) -> None:
    """Find the packages for WHAT and show the commands that install them.

    WHAT is a package name, several, or words: "a fast web server".  Only packages of this
    machine's own index are ever named.  Exit status 3: nothing found.
    """
    from cortex_cli.choosing import plan_install

    request = " ".join(what).strip()
    if not request:
        raise click.UsageError("say what to install")
    plan = plan_install(settings, request)
    if settings.json:
        output.data_json(plan.as_json())
    else:
        _print(plan)


def _print(plan: Plan) -> None:
    for package in plan.packages:
        state = f", {package.installed} is installed" if package.installed else ""
        output.talk(f"{package.name} {package.version} ({package.origin}{state})")
    if plan.alternatives:
        output.talk(f"Others that may fit: {', '.join(plan.alternatives[:5])}")
    output.data("Generated commands:")
    for command in plan.shown_commands():
        output.data(f"  {command}")
    if not plan.commands:
        output.data("  # nothing to do: all of it is installed")
    output.data(DRY_RUN_NOTE)
