"""``cortex history``: what was planned and done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.install.history_entry import Entry
    from cortex_cli.settings import Settings

DEFAULT_ENTRIES = 20


@click.command()
@click.argument("number", metavar="[ID]", type=click.IntRange(min=1), required=False)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 100_000),
    default=DEFAULT_ENTRIES,
    show_default=True,
    help="How many entries to list.",
)
@json_option
@click.pass_obj
def history(settings: Settings, number: int | None, limit: int) -> None:
    """List the installs and rollbacks, newest first, or show entry ID whole."""
    from cortex_cli.install.history import History

    with History.open(settings.environ) as opened:
        found = [opened.entry(number)] if number else opened.entries(limit)
    if settings.json:
        listed = [entry.as_json() for entry in found]
        output.data_json(listed[0] if number else listed)
    elif number:
        _print_entry(found[0])
    elif found:
        for entry in found:
            output.data(
                f"{entry.id:>4}  {_when(entry.began)}  {entry.state:<11}  {_format_title(entry)}"
            )
    else:
        output.talk("nothing has been planned or done yet")


def _print_entry(entry: Entry) -> None:
    pairs = [
        ("entry", f"{entry.id}: {_format_title(entry)}"),
        ("state", entry.state),
        ("who", entry.who),
        ("began", _when(entry.began)),
    ]
    if entry.ended is not None:
        pairs.append(("ended", f"{_when(entry.ended)} ({entry.ended - entry.began:.1f} s)"))
    pairs += [("command", " ".join(command)) for command in entry.plan["commands"]]
    if entry.failed_command is not None and entry.plan["commands"]:
        stopped = " ".join(entry.plan["commands"][entry.failed_command])
        pairs.append(("stopped at", f"{stopped} (status {entry.exit_status})"))
    for name, before in entry.before.items():
        old = str(before or "not installed")
        after = "" if entry.after is None else f" → {entry.after.get(name) or 'not installed'}"
        pairs.append((name, old + after))
    output.data_pairs(pairs)
    if entry.output:
        output.data("")
        output.data(entry.output.rstrip("\n"))


def _format_title(entry: Entry) -> str:
    return entry.request if entry.kind == "rollback" else f"install {entry.request}"


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
