"""The two channels of the command line: data to stdout, talk to stderr."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap

# What isprintable() lets through although it may be drawn as nothing: joiners, fillers, variation
# selectors and their kind (Unicode's Default_Ignorable_Code_Point); with DEL and C1 for JSON.
INVISIBLE = re.compile(
    "[\x7f-\x9f"
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def print_data(text: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(escape(text) + "\n")


def print_row(text: str, indent: int) -> None:
    """Print a row of a table; too wide for the terminal it goes on below, by ``indent`` cells."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else len(text) + 1
    if len(text) <= columns:
        print_data(text)
        return
    first = text[: len(text) - len(text.lstrip())]
    for line in textwrap.wrap(
        text.strip(),
        columns,
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        print_data(line)


def print_json(value: object) -> None:
    """Print the answer for a program."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    sys.stdout.write(INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text) + "\n")


def say(text: str) -> None:
    """Say something to the person or the journal."""
    mark = ""
    if "JOURNAL_STREAM" in os.environ:  # journald takes the priority from such a mark
        bad = text.removeprefix("cortex-llm: ").startswith
        mark = "<3>" if bad("error") else "<4>" if bad("warning") else "<6>"
    sys.stderr.write(mark + escape(text) + "\n")
    sys.stderr.flush()


def escape(text: str) -> str:
    """Escape control and invisible characters: names in model files must not steer a terminal."""
    return "".join(char if is_visible(char) else ascii(char)[1:-1] for char in text)


def is_visible(char: str) -> bool:
    """Return True if a terminal shows ``char`` and does not act on it."""
    return char.isprintable() and not INVISIBLE.match(char)
