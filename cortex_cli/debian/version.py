"""Debian version order (deb-version(7)): a sort key, pure and without dpkg."""

from __future__ import annotations

from cortex_cli.expressions import expression

_PART = expression(r"(\D*)(\d*)")
_END = 0  # the end of a part sorts after "~" and before everything else

Key = tuple[int, tuple[tuple[tuple[int, ...], int], ...], tuple[tuple[tuple[int, ...], int], ...]]


def sort_key(version: str) -> Key:
    """Return the sort key of ``version``."""
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return int(epoch) if epoch.isdigit() else 0, _split_parts(upstream), _split_parts(revision)


def _split_parts(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    parts = [
        ((*(_rank(char) for char in letters), _END), int(digits or 0))
        for letters, digits in _PART.findall(text)
    ]
    return tuple(parts)


def _rank(char: str) -> int:
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 256
