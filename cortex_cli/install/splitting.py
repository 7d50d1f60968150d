"""Splits a request for several things: "nginx and a database", "un serveur web avec php".

Pure: where the words might be parted, not whether they should.
"""

from __future__ import annotations

import re

# "and" lists wishes; "with" more often describes one, so that its parts must be surer.
_WORDS = "and also|and|plus|as well as|et aussi|et|ainsi que|y también|y|e"
LISTING = re.compile(rf"\s*(?:[,;]|(?<=\s)[+&]|\b(?:{_WORDS})\b)\s+", re.IGNORECASE)
DESCRIBING = re.compile(r"\s+(?:together with|with|avec|con)\s+", re.IGNORECASE)
MAX_PARTS = 5


def split_list(request: str) -> list[str]:
    """The parts of a request that lists things; empty where it lists none."""
    return _split(LISTING, request)


def split_description(request: str) -> list[str]:
    """The parts of a request for one thing with another; empty where it is none."""
    return _split(DESCRIBING, request)


def split_nested(request: str) -> list[str]:
    """The parts of a list whose things have others with them: "nginx with php and git"."""
    parts = [one for part in split_list(request) for one in split_description(part) or [part]]
    return parts[:MAX_PARTS] if len(parts) > len(split_list(request)) else []


def _split(separator: re.Pattern[str], request: str) -> list[str]:
    parts = [part.strip() for part in separator.split(request)]
    return [part for part in parts if part][:MAX_PARTS] if len(parts) > 1 else []
