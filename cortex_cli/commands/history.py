"""``cortex history``: what was planned and done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.clock import format_time
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
    help="Number of entries to list.",
)
@json_option
@click.pass_obj
def history(settings: Settings, number: int | None, limit: int) -> None:
    """List installs and rollbacks, newest first, or show the whole entry ID."""
    from cortex_cli.install.history import History

    with History.open(settings.environ) as opened:
        entries = [opened.entry(number)] if number else opened.entries(limit)
    values = [entry.as_json() for entry in entries]

    def print_text() -> None:
        if number:
            _print_entry(entries[0])
        else:
            _print_list(entries)

    output.emit(values[0] if number else values, print_text, as_json=settings.json)


def _print_list(entries: list[Entry]) -> None:
    for entry in entries:
        began = format_time(entry.began)
        output.data_row(
            [(f"{entry.id:>4}  {began}  {entry.state:<11}  ", None), (_format_title(entry), None)]
        )
    if not entries:
        output.talk("no history yet")


def _print_entry(entry: Entry) -> None:
    pairs = [
        ("entry", f"{entry.id}: {_format_title(entry)}"),
        ("state", entry.state),
        ("who", entry.who),
        *([] if entry.sealed else [("seal", "not valid: cannot be undone by cortex rollback")]),
        ("began", format_time(entry.began)),
    ]
    if entry.ended is not None:
        pairs.append(("ended", f"{format_time(entry.ended)} ({entry.ended - entry.began:.1f} s)"))
    commands = [" ".join(map(str, command)) for command in entry.plan.get("commands", ())]
    pairs += [("command", command) for command in commands]
    if entry.failed_command is not None and entry.failed_command < len(commands):
        stopped = commands[entry.failed_command]
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
