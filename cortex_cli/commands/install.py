"""``cortex install``: from words to the commands that install what they ask for; runs them if
asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli.options import WORDS, json_option

if TYPE_CHECKING:
    from cortex_cli.settings import Settings


@click.command()
@click.argument("what", nargs=-1, required=True, type=WORDS)
@click.option("--dry-run", is_flag=True, help="Only show the commands (default).")
@click.option("--execute", is_flag=True, help="Run the commands after confirmation.")
@click.option("-y", "--yes", is_flag=True, help="Confirm without asking.")
@json_option
@click.pass_obj
def install(
    settings: Settings, what: tuple[str, ...], dry_run: bool, execute: bool, yes: bool
) -> None:
    """Find the packages for WHAT and show the commands that install them.

    WHAT is a package name, several, or words: "a fast web server".  Only packages of this
    machine's own index are ever proposed, and apt resolves the plan.  Exit status 3: nothing
    found, or no package lists.
    """
    from cortex_cli.install import real_machine
    from cortex_cli.install.selection import plan_install
    from cortex_cli.install.validation import validate

    request = " ".join(what).strip()
    if not request:
        raise click.UsageError("say what to install")
    if dry_run and execute:
        raise click.UsageError("--dry-run and --execute cannot be combined")
    if execute:
        real_machine.check_install(settings.environ)
    # What is executed is compared with what was shown: that must be complete.
    plan = validate(settings, plan_install(settings, request), thorough=execute)
    from cortex_cli.install.present import present

    present(settings, plan, "install", execute=execute, yes=yes)
