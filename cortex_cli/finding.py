"""What an answerer found: typed, finished, with its sources.  Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_LINES = 12
READS, CHANGES, DESTROYS, LEAVES = "reads", "changes", "destroys", "leaves"


@dataclass(frozen=True, slots=True)
class ShownCommand:
    """One command line of an answer.

    ``pipeline`` holds one argv for each program; ``text`` is the same, quoted for a shell.
    ``effect`` is its class: it reads, changes, destroys, or leaves the machine.  ``package`` is
    the Debian package that brings the program, if a minimal system lacks it; ``note`` says in
    the question's language what the command does.
    """

    pipeline: tuple[tuple[str, ...], ...]
    text: str
    effect: str = READS
    needs_root: bool = False
    package: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The command for ``--json``."""
        return {
            "command": self.text,
            "effect": self.effect,
            "needs_root": self.needs_root,
            "package": self.package,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer; ``text`` is finished sentences, at most 12 lines with its commands.

    ``kind`` is fact, failure, action, explanation or passage; ``confidence`` runs from 0 to 1.
    ``value`` is the bare value of a fact; ``subject`` the id of the catalogue's entry.
    """

    kind: str
    confidence: float
    text: str
    commands: tuple[ShownCommand, ...] = ()
    sources: tuple[str, ...] = ()
    value: str = ""
    subject: str = ""

    def render(self) -> str:
        """The text, and below it the commands that it does not hold yet."""
        lines = self.text.splitlines()
        for command in self.commands:
            if command.text not in self.text and len(lines) < MAX_LINES:
                lines.append(f"  {'sudo ' if command.needs_root else ''}{command.text}")
        return "\n".join(lines)
