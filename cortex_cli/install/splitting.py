"""Splits a request for several things: "nginx and a database", "un serveur web avec php".

Pure: finds where a request could be split, not whether it should be.
"""

from __future__ import annotations

import re

from cortex_cli.expressions import expression

# "and" lists things; "with" more often describes one, so its parts need a better match.
_WORDS = "and also|and|plus|as well as|et aussi|et|ainsi que|y también|y|e"
LISTING = expression(rf"\s{{0,9}}(?:[,;]|(?<=\s)[+&]|\b(?:{_WORDS})\b)\s{{1,9}}", re.IGNORECASE)
DESCRIBING = expression(r"\s{1,9}(?:together with|with|avec|con)\s{1,9}", re.IGNORECASE)
MAX_PARTS = 5


def split_list(request: str) -> list[str]:
    """Return the parts of a request that lists things; empty if it lists none."""
    return _split(LISTING, request)


def split_description(request: str) -> list[str]:
    """Return the parts of a request for one thing with another; empty if it is not one."""
    return _split(DESCRIBING, request)


def split_nested(request: str) -> list[str]:
    """Return the parts of a list that contains such pairs: "nginx with php and git"."""
    parts = [piece for part in split_list(request) for piece in split_description(part) or [part]]
    return parts[:MAX_PARTS] if len(parts) > len(split_list(request)) else []


def _split(separator: re.Pattern[str], request: str) -> list[str]:
    parts = [part.strip() for part in separator.split(request)]
    return [part for part in parts if part][:MAX_PARTS] if len(parts) > 1 else []
