"""Parses Debian control data: stanzas of ``Field: value``, as in apt's lists and dpkg's status.

Bytes in, dictionaries out; no I/O.  Built for 50 MB: only the wanted fields are decoded.  As
lenient as apt: lines may end in CRLF, white space may come before the colon.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A file with a stanza beyond this is no apt list; the longest real one is below 200 kB.
MAX_STANZA_BYTES = 4 * 1024 * 1024


# The name ends where its architecture, version, profile or nothing follows.
_NAME = expression(r"\s*([^\s:(\[<]+)")


class NotControlData(ValueError):
    """The data is not an apt list."""


def split_stanzas(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Split a stream, in pieces of any size, at its blank lines.

    Raises:
        NotControlData: a stanza is longer than ``MAX_STANZA_BYTES``.
    """
    rest = b""
    for piece in pieces:
        data = rest + piece
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        *complete, rest = data.split(b"\n\n")
        yield from (stanza for stanza in complete if stanza.strip())
        if len(rest) > MAX_STANZA_BYTES:
            raise NotControlData(f"{len(rest)} bytes without a blank line")
    if rest.strip():
        yield rest


def drop_comments(data: bytes) -> bytes:
    """``data`` without the lines that begin with ``#``; apt allows them in sources and pins."""
    return b"\n".join(line for line in data.split(b"\n") if not line.startswith(b"#"))


class Reader:
    """Reads selected fields of stanzas; continuation lines keep their newlines."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._wanted = {field.lower().encode(): field for field in fields}
        names = b"|".join(re.escape(name) for name in self._wanted)
        self._pattern = re.compile(
            rb"^(" + names + rb")[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
            re.MULTILINE | re.IGNORECASE,
        )

    def read(self, stanza: bytes) -> dict[str, str]:
        """Return the selected fields that ``stanza`` has, under their original names."""
        return {
            self._wanted[name.lower()]: value.decode("utf-8", "replace").strip()
            for name, value in self._pattern.findall(stanza)
        }


def split_description(text: str) -> tuple[str, str]:
    """Split a description into its short line and its text; `` .`` separates paragraphs."""
    short, _, rest = text.partition("\n")
    lines = [line[1:] if line[:1] in " \t" else line for line in rest.splitlines()]
    return short.strip(), "\n".join("" if line.strip() == "." else line for line in lines).strip()


def parse_names(relation: str) -> Iterator[tuple[str, int]]:
    """Yield the package names of a Depends-like field and their position among alternatives."""
    for group in relation.split(","):
        for position, alternative in enumerate(group.split("|")):
            if name := _NAME.match(alternative):
                yield name[1], position
