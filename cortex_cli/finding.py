"""What an answerer found: typed, finished, with its sources.  Data only."""
from __future__ import annotations
from dataclasses import dataclass

READS, CHANGES, DESTROYS, LEAVES = "reads", "changes", "destroys", "leaves"

@dataclass(frozen=True, slots=True)
class ShownCommand:
    """One command line of an answer.  ``pipeline`` holds an argv each; data stays data."""
    pipeline: tuple[tuple[str, ...], ...]
    text: str                 # the same, quoted for a shell (shlex.join, joined by " | ", with redirection)
    effect: str = READS       # the class: reads, changes, destroys, leaves (the machine)
    needs_root: bool = False
    package: str = ""         # which Debian package brings the program, if it is not part of a minimal system
    note: str = ""            # one line on what it does, in the language of the question

@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` is finished sentences in the question's language, at most 12 lines with the commands."""
    kind: str                 # fact, failure, action, explanation, passage
    confidence: float         # 0 to 1; below the answerer's own threshold it returns None
    text: str
    commands: tuple[ShownCommand, ...] = ()
    sources: tuple[str, ...] = ()   # "man find(1)", "/proc/meminfo", "error catalogue: eaddrinuse"
    value: str = ""           # the bare value of a fact
    subject: str = ""         # the id of the catalogue's entry
