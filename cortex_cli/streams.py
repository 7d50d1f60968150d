"""The three standard streams, whatever the parent has left of them.

A stream that the parent closed is None in Python, and the next file that is opened takes its
number.  Knows nothing of what is read or written.
"""

from __future__ import annotations

import errno
import io
import os
import sys


class ClosedOutput(io.TextIOBase):
    """Standard output that nobody reads: writing to it is an error with a reason."""

    def write(self, _text: str) -> int:
        """Refuse.

        Raises:
            OSError: always.
        """
        raise OSError(errno.EBADF, "cannot write to standard output: it is closed")


def prepare() -> None:
    """Replace closed streams, and let the others take and give any text."""
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            os.open(os.devnull, os.O_RDONLY if number < 2 else os.O_WRONLY)
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - stays open
    elif isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - stays open
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # other encodings get \u escapes
            output.reconfigure(errors="backslashreplace")


def decode(text: str) -> str:
    """``text`` of a terminal or an argument, which may be no UTF-8: then it is Latin-1."""
    try:
        text.encode()
    except UnicodeEncodeError:
        data = text.encode("utf-8", "surrogateescape")
        return data.decode("latin-1")
    return text
