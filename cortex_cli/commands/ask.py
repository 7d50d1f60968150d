"""``cortex ask``: a question in, a streamed answer with its sources out.  Never runs anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cortex_cli import output
from cortex_cli.options import json_option

if TYPE_CHECKING:
    from cortex_cli.answer import Answer
    from cortex_cli.settings import Settings

DEFAULT_MAX_TOKENS = 512


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("-s", "--system", metavar="TEXT", help="System prompt, instead of Cortex's own.")
@click.option(
    "--max-tokens",
    type=click.IntRange(1, 1_000_000),
    default=DEFAULT_MAX_TOKENS,
    show_default=True,
    help="Length limit of the answer.",
)
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
@json_option
@click.pass_obj
def ask(
    settings: Settings,
    question: tuple[str, ...],
    system: str | None,
    max_tokens: int,
    no_stream: bool,
) -> None:
    """Answer QUESTION from what this machine knows.

    The answer ends with its sources.  Nothing leaves the machine, unless CORTEX_PROVIDER names
    a server elsewhere.
    """
    from cortex_cli.answer import answer

    text = " ".join(question).strip()
    if not text:
        raise click.UsageError("the question is empty")
    shown = _Shown(quiet=no_stream or settings.json)
    try:
        found = answer(settings, text, system=system, max_tokens=max_tokens, show=shown)
    finally:
        shown.end_line()
    if settings.json:
        output.data_json(found.as_json())
        return
    if no_stream:
        output.data(found.text.rstrip("\n"))
    _close(found)


class _Shown:
    """Streams the answer to stdout; what comes after it begins on a line of its own."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = "\n"

    def __call__(self, piece: str) -> None:
        if piece and not self._quiet:
            output.data(piece, end="")
            self._last = piece[-1]

    def end_line(self) -> None:
        if self._last != "\n":
            output.data("")
            self._last = "\n"


def _close(found: Answer) -> None:
    if found.sources:
        output.data_styled([("\nSources: ", output.DIM), ("; ".join(found.sources), None)])
    elif not found.known:
        output.talk("Nothing in this machine's package index answers that.")
    else:
        output.talk("No source on this machine: this is the model's own knowledge, unchecked.")
    if found.cut:
        output.talk(f"The answer was cut at {found.max_tokens} tokens; see --max-tokens.")
