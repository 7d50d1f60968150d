"""What reaches the terminal: data on stdout, messages on stderr.

Text from models, packages, logs and the daemon is never trusted: characters that could move the
cursor, hide text, be hidden or reorder it are escaped.  Colour only on a terminal and never with
NO_COLOR.  Nothing here knows what the text is about.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self, TextIO

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# C0 but tab and newline, DEL and C1, direction marks and overrides, line separators, lone
# surrogates, and what Unicode lets programs draw as nothing (Default_Ignorable_Code_Point):
# joiners, fillers, variation selectors, tags.  Some are part of honest text, such as an emoji's
# selector or the joiner of a Persian word: written out, they are seen and not lost.
UNSAFE = expression(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
UNSAFE_IN_JSON = expression(UNSAFE.pattern.replace("\x00-\x08\x0b-\x1f", ""))

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"

# Redrawing a progress line more often is not visible.
REDRAW_S = 0.1
# A wait shorter than this needs no message.
PATIENCE_S = 1.0
BAR_CELLS = 24
# A narrower last column of a table is not readable; it then starts a line of its own.
MIN_COLUMN_CELLS, NARROW_INDENT = 24, 4


def escape(text: str) -> str:
    """Return ``text`` with every character that a terminal would act on escaped."""
    return UNSAFE.sub(_write_out, text)


def is_plain(text: str) -> bool:
    """Return True if every character of ``text`` is shown as it is, on one line."""
    return text.isprintable() and not UNSAFE.search(text)


def _write_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def data(text: str, *, end: str = "\n") -> None:
    """Write untrusted text to stdout, escaped, and flush it."""
    sys.stdout.write(escape(text) + end)
    sys.stdout.flush()


def data_json(value: Any) -> None:
    """Write ``value`` to stdout as one JSON document."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)
    sys.stdout.write(UNSAFE_IN_JSON.sub(_escape_json, text) + "\n")
    sys.stdout.flush()


def _escape_json(match: re.Match[str]) -> str:
    import json

    return json.dumps(match[0])[1:-1]


def emit(value: Any, print_text: Callable[[], object], *, as_json: bool) -> None:
    """Print ``value`` as JSON, or have ``print_text`` print it for a person."""
    if as_json:
        data_json(value)
    else:
        print_text()


def talk(text: str) -> None:
    """Write a line for a person to stderr."""
    sys.stderr.write(escape(text) + "\n")
    sys.stderr.flush()


def complain(message: str, hint: str | None = None) -> None:
    """Print an error as ``cortex: …`` and ``hint: …``."""
    talk_styled([("cortex: ", RED), (message, None)])
    if hint:
        talk_styled([("hint: ", DIM), (hint, None)])


def talk_styled(parts: Iterable[tuple[str, str | None]]) -> None:
    """Write one line to stderr, each part in its style if stderr shows colour."""
    sys.stderr.write("".join(_style(*part, sys.stderr) for part in parts) + "\n")
    sys.stderr.flush()


def data_styled(parts: Iterable[tuple[str, str | None]]) -> None:
    """Write one line to stdout, each part in its style if stdout shows colour."""
    sys.stdout.write("".join(_style(*part, sys.stdout) for part in parts) + "\n")
    sys.stdout.flush()


def data_row(parts: Iterable[tuple[str, str | None]]) -> None:
    """Write one row of a table to stdout, as ``data_styled`` does.

    On a terminal that is too narrow for it, its longest text is wrapped between words, below
    itself, so that the columns stay.  Not for commands, which are to be copied whole.
    """
    if sys.stdout.isatty():
        import shutil

        parts = wrap(list(parts), shutil.get_terminal_size().columns)
    data_styled(parts)


def wrap(parts: list[tuple[str, str | None]], columns: int) -> list[tuple[str, str | None]]:
    """Return ``parts`` with newlines in the longest text, if the line is wider than ``columns``."""
    import textwrap

    if sum(len(text) for text, _ in parts) <= columns:
        return parts
    at = max(range(len(parts)), key=lambda number: _count_breakable(parts[number][0]))
    if "\n" in parts[at][0]:
        return parts
    before = "".join(text for text, _ in parts[:at]).rpartition("\n")[2]
    after = sum(len(text) for text, _ in parts[at + 1 :])
    indent, start = len(before), ""
    if columns - indent - after < MIN_COLUMN_CELLS:  # it gets lines of its own
        indent, start = NARROW_INDENT, "\n" + " " * NARROW_INDENT
    width = max(columns - indent - after, MIN_COLUMN_CELLS)
    text = parts[at][0].lstrip() if start else parts[at][0]
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    wrapped = start + ("\n" + " " * indent).join(lines)
    return [*parts[:at], (wrapped, parts[at][1]), *parts[at + 1 :]]


def _count_breakable(text: str) -> int:
    return len(text) if " " in text.strip() else 0


def data_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Write ``name  value`` lines to stdout, the values aligned."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        data_row([(f"{name:<{width}}  ", DIM), (value, None)])


def uses_colour(stream: TextIO) -> bool:
    """Return True if ``stream`` is a colour terminal and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _style(text: str, style: str | None, stream: TextIO) -> str:
    text = escape(text)
    return f"\x1b[{style}m{text}\x1b[0m" if style and uses_colour(stream) else text


class Progress:
    """A bar on stderr, redrawn on a terminal; elsewhere one line at the start, one at the end."""

    def __init__(self, title: str) -> None:
        self._title = title
        self.live = sys.stderr.isatty()
        self._drawn = 0.0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        if self.live:
            self.update(0, 1)
        else:
            talk(f"{self._title} …")
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if self.live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        if kind is None:
            talk(f"{self._title}: done in {time.monotonic() - self._started:.1f} s")

    def update(self, done: int, total: int, note: str = "") -> None:
        """Redraw with ``done`` of ``total`` reached."""
        now = time.monotonic()
        if not self.live or (self._drawn and now - self._drawn < REDRAW_S):
            return
        self._drawn = now
        filled = min(BAR_CELLS, BAR_CELLS * done // max(total, 1))
        bar = "█" * filled + "░" * (BAR_CELLS - filled)
        sys.stderr.write(f"\r\x1b[K{self._title} {bar} {escape(note)}")
        sys.stderr.flush()


class Waiting:
    """Shows what is being waited for after a second; counts the seconds on a terminal.

    Runs in its own thread, so the code that waits need not cooperate.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True)

    def __enter__(self) -> Self:
        try:
            self._thread.start()
        except BaseException:  # Ctrl-C during the start: nothing else would stop it
            self._stopped.set()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop and clear the line.  May be called more than once."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._thread.join()

    def _count(self) -> None:
        if self._stopped.wait(PATIENCE_S):
            return
        if not sys.stderr.isatty():
            talk(f"{self._title} …")
            return
        seconds = PATIENCE_S
        while True:
            sys.stderr.write(f"\r\x1b[K{self._title} … {seconds:.0f} s")
            sys.stderr.flush()
            if self._stopped.wait(1.0):
                break
            seconds += 1.0
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
