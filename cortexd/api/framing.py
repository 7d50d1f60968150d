"""Bytes in, frames out; no I/O, no clock, no JSON semantics beyond where a value ends.

A frame is one request.  It ends at a newline, or where one complete JSON object or
array has arrived (documented clients send no newline and do not half-close), or at the
end of the stream.  Invariants, whatever the chunking:

- the same bytes give the same frames (``LINE`` or ``BARE`` tells whether the newline had
  arrived by then);
- no frame is longer than the limit: past it comes one ``TOO_LARGE`` and nothing more;
- a byte that cannot start a JSON value gives one ``GARBAGE`` frame at once, and the rest
  of its line is skipped, so that nobody waits in silence for a newline that never comes;
- white space between frames, and so an empty line, is nothing; a stream that holds nothing
  else gives one ``EMPTY`` at its end.

The common case, whole lines, costs one regular expression per request; the bracket scan
runs only over what that leaves, and over no byte twice.
"""

from __future__ import annotations

import re
from enum import Enum

DEFAULT_MAX_FRAME_BYTES = 64 * 1024

_WHITESPACE = b" \t\r\n"
_VALUE_STARTS = frozenset(b'{["-0123456789tfn')
_OPENERS = frozenset(b"{[")
_QUOTE, _BACKSLASH = b'"\\'

# A line that holds one object, nested at most three deep: what clients really send.
# Possessive throughout, so hostile input cannot make it backtrack.
_STRING = rb'"(?:[^"\\\n]++|\\[^\n])*+"'
_ATOM = rb'[^"{}\[\]\n]++|' + _STRING
_DEPTH3 = rb"[{\[](?:" + _ATOM + rb")*+[}\]]"
_DEPTH2 = rb"[{\[](?:" + _ATOM + rb"|" + _DEPTH3 + rb")*+[}\]]"
_LINE = re.compile(rb"[ \t\r\n]*+(\{(?:" + _ATOM + rb"|" + _DEPTH2 + rb")*+\})[ \t\r]*+\n")

# What the scan stops at outside a string, and inside one.
_STRUCTURE = re.compile(rb'["{}\[\]]')
_STRING_END = re.compile(rb'["\\]')


class Kind(Enum):
    """What a frame is."""

    LINE = "line"  # ended by a newline: the connection stays open
    BARE = "bare"  # ended by its own last bracket or by the end of the stream
    GARBAGE = "garbage"  # the byte that no JSON value starts with
    EMPTY = "empty"  # white space, and then the end of the stream
    TOO_LARGE = "too_large"  # longer than the limit: nothing after it can be trusted


Frame = tuple[Kind, bytes]
"""A frame's kind and its bytes, without the newline and surrounding white space."""


class Decoder:
    """Cuts a byte stream into frames."""

    def __init__(self, max_frame_bytes: int = DEFAULT_MAX_FRAME_BYTES) -> None:
        self.max_frame_bytes = max_frame_bytes
        self._buffer = bytearray()
        self._closed = False
        self._empty: bool | None = None  # whether all that has come is white space
        self._skipping = False  # inside the rest of a garbage line
        self._skipped = 0
        self._reset_scan()

    def _reset_scan(self) -> None:
        self._scanned = 0  # bytes of the buffer that the bracket scan is done with
        self._depth = 0
        self._in_string = False

    @property
    def closed(self) -> bool:
        """True once no further frame can come (``TOO_LARGE``, or the stream's end)."""
        return self._closed

    @property
    def partial(self) -> bool:
        """True while a frame has been started and not ended."""
        return bool(self._buffer) or self._skipping

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes; return the frames that they complete, in order."""
        frames: list[Frame] = []
        if self._closed:
            return frames
        pos = 0
        if not self._buffer and not self._skipping:
            while (line := _LINE.match(data, pos)) and line.end(1) - line.start(
                1
            ) <= self.max_frame_bytes:
                frames.append((Kind.LINE, line[1]))
                pos = line.end()
            if pos == len(data):
                self._empty = False
                return frames
        self._buffer += data[pos:]
        while self._buffer and not self._closed and self._step(frames):
            pass
        if self._empty is not False:
            self._empty = not (frames or self._buffer or self._skipping)
        return frames

    def end(self) -> list[Frame]:
        """The stream has ended: what is left is the last frame, complete or not."""
        frames: list[Frame] = []
        rest = bytes(self._buffer).strip(_WHITESPACE)
        if rest and not self._skipping:
            frames.append((Kind.BARE, rest))
        elif self._empty:
            frames.append((Kind.EMPTY, b""))
        self._closed = True
        self._skipping = False
        self._buffer.clear()
        return frames

    def _step(self, frames: list[Frame]) -> bool:
        """Deal with the buffer's front; False when that takes more bytes."""
        buffer = self._buffer
        if self._skipping:
            return self._skip_line(frames)
        if self._scanned == 0 and not self._front_is_value(frames):
            return bool(buffer)
        newline = buffer.find(b"\n", self._scanned)
        end = newline if newline >= 0 else len(buffer)
        if buffer[0] in _OPENERS and (closed := self._scan(end)) >= 0:
            return self._take_value(frames, closed)
        if end > self.max_frame_bytes:
            return self._too_large(frames)
        if newline < 0:
            if buffer[0] not in _OPENERS:
                self._scanned = len(buffer)
            return False
        frames.append((Kind.LINE, bytes(buffer[:end]).rstrip(_WHITESPACE)))
        self._consume(end + 1)
        return True

    def _front_is_value(self, frames: list[Frame]) -> bool:
        """Drop white space; then a byte that starts no value turns its line to garbage."""
        buffer = self._buffer
        if buffer[0] in _WHITESPACE:
            del buffer[: len(buffer) - len(buffer.lstrip(_WHITESPACE))]
        if not buffer or buffer[0] in _VALUE_STARTS:
            return bool(buffer)
        frames.append((Kind.GARBAGE, bytes(buffer[:1])))
        self._skipping = True
        self._skipped = 0
        return False

    def _scan(self, end: int) -> int:
        """Follow brackets up to ``end``; the offset after the closing one, or -1."""
        buffer, pos, depth, in_string = self._buffer, self._scanned, self._depth, self._in_string
        while match := (_STRING_END if in_string else _STRUCTURE).search(buffer, pos, end):
            pos = match.end()
            byte = buffer[pos - 1]
            if byte == _QUOTE:
                in_string = not in_string
            elif byte == _BACKSLASH:  # it takes the next byte with it, once that has come
                if pos == end:
                    end = pos - 1
                    break
                pos += 1
            elif byte in _OPENERS:
                depth += 1
            else:
                depth -= 1
                if depth == 0:
                    return pos
        self._scanned, self._depth, self._in_string = end, depth, in_string
        return -1

    def _take_value(self, frames: list[Frame], end: int) -> bool:
        """A value closed at ``end``: a line if only white space stands before a newline."""
        if end > self.max_frame_bytes:
            return self._too_large(frames)
        buffer = self._buffer
        data = bytes(buffer[:end])
        after = end
        while after < len(buffer) and buffer[after] in b" \t\r":
            after += 1
        is_line = after < len(buffer) and buffer[after] == 0x0A
        frames.append((Kind.LINE if is_line else Kind.BARE, data))
        self._consume(after + 1 if is_line else end)
        return True

    def _skip_line(self, frames: list[Frame]) -> bool:
        newline = self._buffer.find(b"\n")
        self._skipped += len(self._buffer) if newline < 0 else newline
        if self._skipped > self.max_frame_bytes:
            return self._too_large(frames)
        if newline < 0:
            self._buffer.clear()
            return False
        self._skipping = False
        self._consume(newline + 1)
        return True

    def _too_large(self, frames: list[Frame]) -> bool:
        frames.append((Kind.TOO_LARGE, b""))
        self._buffer.clear()
        self._closed = True
        self._skipping = False
        return False

    def _consume(self, count: int) -> None:
        del self._buffer[:count]
        self._reset_scan()
