"""What a script consists of, as far as judging needs it.  Pure data.

The order of commands, and which branch is taken, are left out: every command counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

UNKNOWN = "\0"  # stands for text that is known only when the script runs


class UnreadableCommand(Exception):
    """The text does not show what would run; the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: its text, or the variable whose value takes its place.

    ``quoted``: the shell does not split it or expand patterns in it.  ``unknown``: a
    substitution, whose commands are judged on their own; ``numeric`` if it can only be a number.
    """

    text: str = ""
    variable: str = ""
    quoted: bool = False
    unknown: bool = False
    numeric: bool = False
    commands: tuple[Command, ...] = ()


Word = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Redirection:
    """``2>>file``: where a descriptor leads; ``<<`` has the text itself as target."""

    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command; ``words`` is empty for an assignment or a bare redirection."""

    words: tuple[Word, ...]
    assignments: tuple[tuple[str, Word], ...] = ()
    redirections: tuple[Redirection, ...] = ()
    assigned: frozenset[str] = frozenset()  # variables that are certainly set by then


@dataclass(slots=True)
class Script:
    """Everything in a script; an assignment without a word has an unknown value."""

    commands: list[Command] = field(default_factory=list)
    assignments: dict[str, list[Word | None]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    arithmetic: set[str] = field(default_factory=set)  # variables evaluated as expressions
    values: dict[tuple[str, bool], list[tuple[str, bool]]] = field(default_factory=dict)
    evaluated: list[Command] = field(default_factory=list)  # whose output is evaluated so

    def assign(self, name: str, word: Word | None) -> None:
        """Record a value that the variable ``name`` may have."""
        self.assignments.setdefault(name, []).append(word)


def literal(text: str) -> Word:
    """Return a word that is just ``text``."""
    return (Part(text, quoted=True),)


def read_literal(word: Word) -> str | None:
    """Return the text of a word without expansions; None if it has any."""
    if any(part.variable or part.unknown for part in word):
        return None
    return "".join(part.text for part in word)
