"""The two channels of the command line: data to stdout, talk to stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap


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
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    """Say something to the person or the journal."""
    mark = ""
    if "JOURNAL_STREAM" in os.environ:  # journald takes the priority from such a mark
        bad = text.removeprefix("cortex-llm: ").startswith
        mark = "<3>" if bad("error") else "<4>" if bad("warning") else "<6>"
    sys.stderr.write(mark + escape(text) + "\n")
    sys.stderr.flush()


def escape(text: str) -> str:
    """Escape control characters: names in model files must not steer a terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
