"""One cause of trouble, in the words of each language.  Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.finding import ShownCommand

CRITICAL, ERROR, WARNING, INFO = 4, 3, 2, 1
SEVERITIES = {"critical": CRITICAL, "error": ERROR, "warning": WARNING, "info": INFO}


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong: a sentence, what shows it, and the commands that help, in their order."""

    topic: str
    severity: int
    text: str
    evidence: tuple[str, ...] = ()
    commands: tuple[ShownCommand, ...] = ()
    source: str = ""
