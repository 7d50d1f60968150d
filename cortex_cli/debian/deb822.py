"""Debian control data: stanzas of ``Field: value``, as apt's lists and dpkg's status hold it.

Bytes in, dictionaries out; no I/O.  Built for 50 MB of it: only the wanted fields are decoded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A stanza that never ends is no apt list; the longest real one is below 200 kB.
MAX_STANZA_BYTES = 4 * 1024 * 1024


class NotControlData(ValueError):
    """The bytes cannot be an apt list."""


def stanzas(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream, in pieces of any size, at its blank lines."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n\n")
        yield from (stanza for stanza in whole if stanza.strip())
        if len(rest) > MAX_STANZA_BYTES:
            raise NotControlData(f"{len(rest)} bytes without a blank line")
    if rest.strip():
        yield rest


class Reader:
    """Reads chosen fields of stanzas; lines that continue a field keep their newlines."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._wanted = {field.lower().encode(): field for field in fields}
        names = b"|".join(re.escape(name) for name in self._wanted)
        self._pattern = re.compile(
            rb"^(" + names + rb"):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE | re.IGNORECASE
        )

    def read(self, stanza: bytes) -> dict[str, str]:
        """The wanted fields that ``stanza`` has, under the names given."""
        return {
            self._wanted[name.lower()]: value.decode("utf-8", "replace").strip()
            for name, value in self._pattern.findall(stanza)
        }


def description(text: str) -> tuple[str, str]:
    """Split a description into its short line and its text: `` .`` lines part paragraphs."""
    short, _, rest = text.partition("\n")
    lines = [line[1:] if line[:1] in " \t" else line for line in rest.splitlines()]
    return short.strip(), "\n".join("" if line.strip() == "." else line for line in lines).strip()


def names(relation: str) -> Iterator[tuple[str, int]]:
    """Package names in a Depends-like field, each with its place among the alternatives."""
    for group in relation.split(","):
        for place, alternative in enumerate(group.split("|")):
            name = alternative.strip().partition(" ")[0].partition(":")[0]
            if name:
                yield name, place
