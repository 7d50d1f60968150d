"""Server-sent events: bytes of an HTTP body in, the data of each event out.

Only what OpenAI-compatible servers send: ``data:`` lines, one per event, an event ``[DONE]``
at the end.  Comments and other fields are skipped; an endless line is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

# One event holds one token; a megabyte without a newline is not an event stream.
MAX_LINE_BYTES = 1024 * 1024

_DONE = b"[DONE]"
# Fields of the format that carry no token; an empty name is a comment.
_OTHER_FIELDS = frozenset({b"", b"event", b"id", b"retry"})


class Malformed(Exception):
    """The body is not an event stream."""


async def read_events(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield the data of each event, up to ``[DONE]`` or the body's end.

    Raises:
        Malformed: a line is not a field of an event stream, or is too long.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            data = _parse_line(line)
            if data == _DONE:
                return
            if data:
                yield data
        if len(rest) > MAX_LINE_BYTES:
            raise Malformed(f"a line of more than {MAX_LINE_BYTES} bytes")
    if data := _parse_line(rest):
        yield data


def _parse_line(line: bytes) -> bytes:
    """The data of one line; empty for lines without any."""
    if line.startswith(b"data:"):
        return line[5:].strip()
    if line.startswith(b"error:"):  # older llama.cpp servers
        return b'{"error":%b}' % line[6:].strip()
    name, colon, _ = line.partition(b":")
    if not line.strip() or (colon and name in _OTHER_FIELDS):
        return b""
    raise Malformed(f"{line[:80]!r}")
