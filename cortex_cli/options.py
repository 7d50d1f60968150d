"""Options shared by many commands; ``cortex X --json`` means ``cortex --json X``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cortex_cli.streams import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.settings import Settings


class Words(click.types.StringParamType):
    """Words for people: text also where the terminal sends other bytes than UTF-8."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Decode what is no UTF-8."""
        return decode(str(value))


WORDS = Words()
Command = TypeVar("Command", bound="Callable[..., object]")

DEFAULT_MAX_TOKENS = 512
# The last one added is the first one shown.
MODEL_OPTIONS = (
    click.option(
        "--max-tokens",
        type=click.IntRange(1, 1_000_000),
        default=DEFAULT_MAX_TOKENS,
        show_default=True,
        help="Maximum length of the answer, in tokens.",
    ),
    click.option(
        "-m",
        "--model",
        type=WORDS,
        metavar="NAME",
        help="Model to ask, if the provider has several.",
    ),
    click.option(
        "-s", "--system", type=WORDS, metavar="TEXT", help="System prompt, instead of Cortex's own."
    ),
)


def _choose_json(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    settings: Settings | None = ctx.obj
    if wanted and settings is not None:
        ctx.obj = replace(settings, json=True)


def model_options(command: Command) -> Command:
    """Add ``--system``, ``--model`` and ``--max-tokens``, for ``ask`` and ``chat``."""
    for option in MODEL_OPTIONS:
        command = option(command)
    return command


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command that takes ``Settings``."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_choose_json,
        help="Print data as JSON.",
    )(command)
