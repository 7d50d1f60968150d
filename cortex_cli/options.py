"""Options that many commands take, so that ``cortex X --json`` means ``cortex --json X``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.settings import Settings

Command = TypeVar("Command", bound="Callable[..., object]")


def _choose_json(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    settings: Settings | None = ctx.obj
    if wanted and settings is not None:
        ctx.obj = replace(settings, json=True)


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command that takes ``Settings``."""
    return click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_choose_json,
        help="Print data as JSON.",
    )(command)
