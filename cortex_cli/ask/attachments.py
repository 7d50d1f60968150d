"""What is handed in along with a question: files, and what is piped in.  Data, never orders.

Read within bounds, cut from the middle where it is too long (the cut says so), and set between
two marks that its own text cannot hold.
"""

from __future__ import annotations

import os
import stat
import sys
from collections import deque
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from cortex_cli import output
from cortex_cli.errors import Failure
from cortex_cli.model import prompts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STDIN = "standard input"
STDIN_ARGUMENT = "-"
# What is kept of either end while reading; no model's context holds more.
KEPT_END_BYTES = 256 * 1024
READ_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """One text; ``cut`` characters of its middle are not in it, ``before`` and ``after`` are."""

    name: str
    before: str
    after: str = ""
    cut: int = 0

    @property
    def text(self) -> str:
        """The text, with a note where it was cut."""
        if not self.cut:
            return self.before + self.after
        return f"{self.before}\n[… {self.cut} characters left out here …]\n{self.after}"

    @property
    def mark(self) -> str:
        """Stands before and after the text."""
        return prompts.mark(self.name, self.text)

    def fitted(self, limit: int) -> Attachment:
        """This with at most ``limit`` characters left of it, cut from the middle."""
        if len(self.before) + len(self.after) <= limit:
            return self
        whole = self.before + self.after
        if self.cut:  # there is a gap already: it grows
            before, after = self.before[: limit // 2], self.after[-(limit - limit // 2) :]
        else:
            before, after = whole[: limit // 2], whole[-(limit - limit // 2) :]
        before = before.rpartition("\n")[0] or before
        after = after.partition("\n")[2] or after
        cut = self.cut + len(whole) - len(before) - len(after)
        return replace(self, before=before, after=after, cut=cut)


def fitted(attachments: Sequence[Attachment], limit: int) -> list[Attachment]:
    """All of them within ``limit`` characters; what is short leaves its share to the rest."""
    shares: dict[int, int] = {}
    left = limit
    order = sorted(range(len(attachments)), key=lambda place: len(attachments[place].text))
    for done, place in enumerate(order):
        share = left // (len(order) - done)
        shares[place] = min(share, len(attachments[place].text))
        left -= shares[place]
    return [each.fitted(max(shares[place], 2)) for place, each in enumerate(attachments)]


def collect(files: Sequence[Path], *, stdin_is_data: bool = True) -> list[Attachment]:
    """Read ``files`` (``-`` is standard input) and, if something is piped in, that.

    Raises:
        Failure: a file cannot be read.
    """
    found = []
    if stdin_is_data and not any(str(path) == STDIN_ARGUMENT for path in files) and _piped():
        found.append(_of_stdin())
    found += [_of_stdin() if str(path) == STDIN_ARGUMENT else _of_file(path) for path in files]
    return [each for each in found if each.text.strip()]


def _piped() -> bool:
    """True where standard input is a pipe, a file or a socket, not a terminal or /dev/null."""
    if sys.stdin is None:
        return False
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _of_stdin() -> Attachment:
    with output.Waiting("reading standard input"):
        return _bounded(STDIN, sys.stdin.buffer)


def _of_file(path: Path) -> Attachment:
    try:
        with path.open("rb") as stream:
            return _bounded(str(path), stream)
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error


def _bounded(name: str, stream: IO[bytes]) -> Attachment:
    head = b""
    tail: deque[bytes] = deque()
    held = dropped = 0
    while chunk := stream.read(READ_BYTES):
        room = KEPT_END_BYTES - len(head)
        head, chunk = head + chunk[:room], chunk[room:]
        if chunk:
            tail.append(chunk)
            held += len(chunk)
        while tail and held - len(tail[0]) >= KEPT_END_BYTES:
            held -= len(tail[0])
            dropped += len(tail.popleft())
    end = b"".join(tail)
    if not dropped:
        return Attachment(name, _text(head + end))
    return Attachment(name, _text(head), _text(end), dropped)


def _text(data: bytes) -> str:
    # Written out, hidden characters hide nothing and cost no more in JSON.
    return output.escape(data.decode(errors="replace").replace("\r\n", "\n"))
