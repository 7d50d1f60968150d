"""Regular expressions that are compiled when they are first used.

A command imports hundreds of them and uses a few; compiling one takes up to three milliseconds.
Knows no expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    from re import Pattern


class _LazyPattern:
    """Stands for an ``re.Pattern``; a method, once asked for, is an attribute of this object."""

    def __init__(self, source: object, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy and pickle ask before there is a source
            raise AttributeError(name)
        value = getattr(self._compile(), name)
        setattr(self, name, value)
        return value

    def __eq__(self, other: object) -> bool:
        """True for the pattern that this one stands for: ``match.re``."""
        return self is other or self._compile() == other

    def __hash__(self) -> int:
        return hash(self._compile())

    def _compile(self) -> Pattern[str]:
        return re.compile(cast("str", self._source), self._flags)


def expression(source: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """What ``re.compile`` returns, compiled at the first use; a faulty ``source`` fails then."""
    return cast("Pattern[AnyStr]", _LazyPattern(source, flags))
