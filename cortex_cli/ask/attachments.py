"""Reads what is attached to a question: files and piped input.  Data, never instructions.

Reading is bounded; a text that is too long is cut from the middle, with a note.  In a prompt it is
set between two marks that the text itself cannot contain.
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
from cortex_cli.model import control_tokens, prompts
from cortex_cli.streams import decode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STDIN = "standard input"
STDIN_ARGUMENT = "-"
# How much of either end is kept while reading; no model's context holds more.
KEPT_END_BYTES = 256 * 1024
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """One text; ``cut`` characters are missing between ``before`` and ``after``."""

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
        """The mark before and after the text in a prompt."""
        return prompts.make_mark(self.name, self.text)

    def break_up_tokens(self) -> Attachment:
        """Return this as a prompt may hold it: without control tokens of chat templates."""
        return replace(
            self,
            before=control_tokens.break_up(self.before),
            after=control_tokens.break_up(self.after),
        )

    def shorten(self, limit: int) -> Attachment:
        """Return at most ``limit`` characters of this, cut from the middle."""
        if len(self.before) + len(self.after) <= limit:
            return self
        whole = self.before + self.after
        if self.cut:  # widen the existing gap
            before, after = self.before[: limit // 2], self.after[-(limit - limit // 2) :]
        else:
            before, after = whole[: limit // 2], whole[-(limit - limit // 2) :]
        before = before.rpartition("\n")[0] or before
        after = after.partition("\n")[2] or after
        cut = self.cut + len(whole) - len(before) - len(after)
        return replace(self, before=before, after=after, cut=cut)


def fit(attachments: Sequence[Attachment], limit: int) -> list[Attachment]:
    """Shorten all to ``limit`` characters together; short ones leave their share to the rest."""
    shares: dict[int, int] = {}
    left = limit
    order = sorted(range(len(attachments)), key=lambda index: len(attachments[index].text))
    for done, index in enumerate(order):
        share = left // (len(order) - done)
        shares[index] = min(share, len(attachments[index].text))
        left -= shares[index]
    return [
        attachment.shorten(max(shares[index], 2)) for index, attachment in enumerate(attachments)
    ]


def collect(files: Sequence[Path], *, stdin_is_data: bool = True) -> list[Attachment]:
    """Read ``files`` (``-`` is standard input) and piped input.

    Raises:
        Failure: a file cannot be read.
    """
    attachments = []
    if stdin_is_data and not any(str(path) == STDIN_ARGUMENT for path in files) and _is_piped():
        attachments.append(_read_stdin())
    attachments += [
        _read_stdin() if str(path) == STDIN_ARGUMENT else _read_file(path) for path in files
    ]
    return [attachment for attachment in attachments if attachment.text.strip()]


def _is_piped() -> bool:
    """True if standard input is a pipe, a file or a socket, not a terminal or /dev/null."""
    if sys.stdin is None:
        return False
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def _read_stdin() -> Attachment:
    with output.Waiting("reading standard input"):
        return _read_bounded(STDIN, sys.stdin.buffer)


def _read_file(path: Path) -> Attachment:
    try:
        with path.open("rb") as stream:
            return _read_bounded(decode(str(path)), stream)
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error


def _read_bounded(name: str, stream: IO[bytes]) -> Attachment:
    head = b""
    tail: deque[bytes] = deque()
    tail_bytes = dropped = 0
    while chunk := stream.read(CHUNK_BYTES):
        room = KEPT_END_BYTES - len(head)
        head, chunk = head + chunk[:room], chunk[room:]
        if chunk:
            tail.append(chunk)
            tail_bytes += len(chunk)
        while tail and tail_bytes - len(tail[0]) >= KEPT_END_BYTES:
            tail_bytes -= len(tail[0])
            dropped += len(tail.popleft())
    end = b"".join(tail)
    if not dropped:
        return Attachment(name, _decode(head + end))
    return Attachment(name, _decode(head), _decode(end), dropped)


def _decode(data: bytes) -> str:
    # Escaped, invisible characters are visible, and JSON needs no more room for them.
    return output.escape(data.decode(errors="replace").replace("\r\n", "\n"))
