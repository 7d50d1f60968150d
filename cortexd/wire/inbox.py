"""What one client has sent and is yet to be served: bytes, then frames, the oldest first.

Bytes are cut into frames a few at a time, for frames take ten times the memory.  No I/O:
knows nothing of sockets, or of what a frame says.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cortexd.api.framing import Decoder, Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.wire.batch import Member

# Cut into frames at a time: a few milliseconds' worth.
CUT_BYTES = 2048


class Inbox:
    """Received bytes, the frames cut from them, and members of a batch that come before both."""

    __slots__ = ("_decoder", "_ended", "_unread", "frames")

    def __init__(self, max_frame_bytes: int) -> None:
        self._decoder = Decoder(max_frame_bytes)
        self._unread = b""  # received, and not cut into frames yet
        self._ended = False  # the client's end of stream follows what is unread
        self.frames: deque[Frame | tuple[None, Member]] = deque()

    def __bool__(self) -> bool:
        return bool(self.frames or self._unread or self._ended)

    @property
    def max_frame_bytes(self) -> int:
        """The longest frame that is taken."""
        return self._decoder.max_frame_bytes

    @property
    def partial(self) -> bool:
        """Whether a frame has been started and not ended."""
        return self._decoder.partial

    def receive(self, data: bytes) -> None:
        """Take bytes that have arrived."""
        self._unread = self._unread + data if self._unread else data

    def end(self) -> None:
        """The client sends no more."""
        self._ended = True

    def cut(self) -> bool:
        """Cut what has come into frames; whether there are any now."""
        while self._unread and not self.frames:
            unread = self._unread
            end = unread.rfind(b"\n", 0, CUT_BYTES) + 1 or CUT_BYTES
            self.frames += self._decoder.feed(unread[:end])
            self._unread = unread[end:]
        if self._ended and not self._unread:
            self.frames += self._decoder.end()
            self._ended = False
        return bool(self.frames)

    def put_first(self, members: Sequence[Member]) -> None:
        """Serve the members of a batch before everything else."""
        self.frames.extendleft((None, member) for member in reversed(members))

    def drop_partial(self) -> None:
        """Drop a frame that never ended, and whatever would follow it."""
        self._decoder.end()

    def clear(self) -> None:
        """Drop all that is not served yet."""
        self.frames.clear()
        self._unread = b""
        self._ended = False
