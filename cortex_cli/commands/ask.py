"""``cortex ask``: a question in, a streamed answer with its sources out.  Never runs anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.options import json_option, model_options

if TYPE_CHECKING:
    from cortex_cli.settings import Settings


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="A file the question is about; may be given again.  - is standard input.",
)
@model_options
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
@json_option
@click.pass_obj
def ask(
    settings: Settings,
    *,
    question: tuple[str, ...],
    files: tuple[Path, ...],
    system: str | None,
    model: str | None,
    max_tokens: int,
    no_stream: bool,
) -> None:
    """Answer QUESTION from what this machine knows.

    What is piped in and what -f names is read as data: journalctl -u nginx | cortex ask "why
    does it fail".  The answer ends with its sources, and with what could not be verified of the
    commands in it; none is ever run.  Nothing leaves the machine, unless CORTEX_PROVIDER names
    a server elsewhere.
    """
    from cortex_cli.ask import attachments
    from cortex_cli.ask.answer import answer
    from cortex_cli.ask.request import Request
    from cortex_cli.ask.view import AnswerPrinter, print_footer
    from cortex_cli.language.question import Question

    text = " ".join(question).strip()
    if not text:
        raise click.UsageError("the question is empty")
    given = tuple(attachments.collect(files))
    request = Request(Question(text), given, (), system, max_tokens, model)
    shown = AnswerPrinter(quiet=no_stream or settings.json)
    try:
        found = answer(settings, request, shown)
    finally:
        shown.end_line()
    if settings.json:
        output.data_json(found.as_json())
        return
    if no_stream:
        output.data(found.text.rstrip("\n"))
    print_footer(found)
