"""``cortex install``: from words to the commands that install what they ask for, and, if told
to, through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.settings import Settings


@click.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Only show the commands; the default.")
@click.option("--execute", is_flag=True, help="Run the commands, after one question.")
@click.option("-y", "--yes", is_flag=True, help="Answer that question with yes.")
@json_option
@click.pass_obj
def install(
    settings: Settings, what: tuple[str, ...], dry_run: bool, execute: bool, yes: bool
) -> None:
    """Find the packages for WHAT and show the commands that install them.

    WHAT is a package name, several, or words: "a fast web server".  Only packages of this
    machine's own index are ever named, and apt says beforehand what it would do.  Exit status
    3: nothing found.
    """
    from cortex_cli.install.present import present
    from cortex_cli.install.selection import plan_install
    from cortex_cli.install.validation import validate

    request = " ".join(what).strip()
    if not request:
        raise click.UsageError("say what to install")
    if dry_run and execute:
        raise click.UsageError("--dry-run and --execute exclude each other")
    plan = validate(settings, plan_install(settings, request))
    present(settings, plan, "install", execute=execute, yes=yes)
