"""The two channels of the command line: data to stdout, talk to stderr."""

from __future__ import annotations

import json
import os
import sys


def print_data(text: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(escape(text) + "\n")


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
