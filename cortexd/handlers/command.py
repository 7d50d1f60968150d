"""One row of the table of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortexd.access import Level
    from cortexd.api.messages import Params


class Command(NamedTuple):
    """One command: who may use it, what it takes and gives, what carries it out."""

    name: str
    level: Level
    params: type[Params]
    reply: Any
    handler: Callable[..., Any]
    aliases: tuple[str, ...] = ()
    streams: bool = False

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").split("\n", 1)[0]
