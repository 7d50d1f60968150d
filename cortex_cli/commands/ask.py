"""``cortex ask``: a question in, an answer with its sources out.  Runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.errors import NOTHING_FOUND, AlreadyReported
from cortex_cli.options import WORDS, json_option, model_options

if TYPE_CHECKING:
    from cortex_cli.ask.request import Answer
    from cortex_cli.settings import Settings


@click.command()
@click.argument("question", nargs=-1, required=True, type=WORDS)
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="File that the question is about; repeatable.  - is standard input.",
)
@model_options
@click.option("--no-stream", is_flag=True, help="Print the answer only when it is complete.")
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
    """Answer QUESTION: what is true or wrong here, how something is done, what a word means.

    Piped input and files given with -f are read as data: journalctl -u nginx | cortex ask "why
    does it fail".  A model is asked only if nothing else answers; the commands that it writes
    are checked.  The answer ends with its sources.  No command is ever run.  Exit status 3:
    nothing here answers the question.  Nothing leaves the machine, unless CORTEX_PROVIDER names
    a server elsewhere and you allow it.
    """
    from cortex_cli.ask import attachments
    from cortex_cli.ask.answer import answer
    from cortex_cli.ask.request import Request
    from cortex_cli.ask.view import AnswerPrinter, print_footer
    from cortex_cli.language.question import Question

    text = " ".join(question).strip()
    if not text:
        raise click.UsageError("the question is empty")
    attached = tuple(attachments.collect(files))
    request = Request(Question(text), attached, (), system, max_tokens, model)
    view = AnswerPrinter(quiet=no_stream or settings.json)
    try:
        result = answer(settings, request, view)
    finally:
        view.end_line()
    warn_without_lists(settings, result)

    def print_text() -> None:
        if no_stream:
            output.data(result.text.rstrip("\n"))
        print_footer(result)

    output.emit(result.as_json(), print_text, as_json=settings.json)
    if not result.known:
        raise AlreadyReported(NOTHING_FOUND)


def warn_without_lists(settings: Settings, result: Answer) -> None:
    """Say that only installed packages are known, where that may have decided the answer."""
    from cortex_cli.ask.request import MODEL

    from_apt = any(source.startswith("apt: ") for source in result.sources)
    if not from_apt and (result.kind != MODEL or result.sources):
        return
    from cortex_cli.index.packages import explain_missing_lists

    if missing := explain_missing_lists(settings.environ):
        output.talk(f"Note: {missing.message}; only installed packages are known.")
        output.talk(f"hint: {missing.hint}")
