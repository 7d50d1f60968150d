"""Server-sent events: bytes of an HTTP body in, the data of each event out.

The format is the one of the HTML standard, as browsers and OpenAI's client read it: lines end
with LF, CR or CRLF, a byte order mark may come first, an event ends with an empty line, several
``data:`` lines are one text, unknown fields are skipped.  More lenient in one point: the last
event counts although its empty line is missing.  ``[DONE]`` ends the stream.  A body without any
event is refused, and so is an endless line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

# One event holds one token; a megabyte in a line or an event is not an event stream.
MAX_LINE_BYTES = 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_DONE = b"[DONE]"
_LINE_END = re.compile(rb"\r\n|\n|\r")
# What fields are called; "<html>" and "{" show that the body is something else.
_FIELD_NAME = re.compile(rb"[A-Za-z][\w-]*")
# Fields of the format that carry no token; an empty name is a comment.
_OTHER_FIELDS = frozenset({b"", b"event", b"id", b"retry"})


class Malformed(Exception):
    """The body is not an event stream."""


async def read_events(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield the data of each event, up to ``[DONE]`` or the body's end.

    Raises:
        Malformed: the body holds no event, or a line or an event that is too long.
    """
    lines = _LineSplitter()
    events = _EventBuilder()
    async for chunk in chunks:
        for line in lines.feed(chunk):
            if (data := events.feed(line)) is not None:
                if data.startswith(_DONE):
                    return
                yield data
    if rest := lines.rest():
        events.feed(rest)
    if (data := events.end()) is not None and not data.startswith(_DONE):
        yield data


class _LineSplitter:
    """Bytes in any chunking to lines without their ends."""

    def __init__(self) -> None:
        self._buffer = b""
        self._is_first = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that ``chunk`` completes."""
        data = self._buffer + chunk
        if self._is_first:
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._buffer = data
                return []
            data = data.removeprefix(_BOM)
            self._is_first = False
        held = b""
        if data.endswith(b"\r"):  # its "\n" may be in the next chunk
            data, held = data[:-1], b"\r"
        *lines, rest = _LINE_END.split(data) if b"\r" in data else data.split(b"\n")
        self._buffer = rest + held
        if len(self._buffer) > MAX_LINE_BYTES:
            raise Malformed(f"a line of more than {MAX_LINE_BYTES} bytes")
        return lines

    def rest(self) -> bytes:
        """The last line, whose end is missing."""
        return self._buffer.removesuffix(b"\r")


class _EventBuilder:
    """Lines to the data of events."""

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self._size = 0
        self._has_events = False
        self._unknown: bytes | None = None  # the first line that is no field

    def feed(self, line: bytes) -> bytes | None:
        """The data of the event that ``line`` ends, if it ends one."""
        if not line:
            return self._dispatch()
        if line.startswith(b"data:"):
            self._append(line[5:].removeprefix(b" "))
            return None
        name, _, value = line.partition(b":")
        if name == b"error":  # older llama.cpp servers
            self._has_events = True
            return b'{"error":%b}' % value.strip()
        if name == b"data":
            self._append(b"")
        elif name not in _OTHER_FIELDS:
            self._note_unknown(line, name)
        return None

    def end(self) -> bytes | None:
        """The data of the event that the body's end cut off, if there is one."""
        data = self._dispatch()
        if not self._has_events and self._unknown is not None:
            raise Malformed(f"{self._unknown[:80]!r}")
        return data

    def _append(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_LINE_BYTES:
            raise Malformed(f"an event of more than {MAX_LINE_BYTES} bytes")
        self._data.append(data)

    def _dispatch(self) -> bytes | None:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        if not data:
            return None
        self._has_events = True
        return data

    def _note_unknown(self, line: bytes, name: bytes) -> None:
        if self._unknown is None and line.strip():
            self._unknown = line
        if self._has_events or not line.strip():
            return
        if not _FIELD_NAME.fullmatch(name):
            raise Malformed(f"{line[:80]!r}")
