"""What is wrong with this machine, and why: from its alerts, its units and a direct look.

Answers "what is wrong here?", "why is it slow?", "why did nginx fail?".  Works with and without
the daemon; the journal is read by ``error_texts``.  Everything read is data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.finding import Finding
    from cortex_cli.language.question import Question
    from cortex_cli.settings import Settings


def find(question: Question, settings: Settings) -> Finding | None:
    """The causes that ``question`` asks about, the gravest first; None if it asks for none."""
    from cortex_cli.trouble import asked

    what = asked.read(question)
    if what is None:
        return None
    from cortex_cli.trouble import report

    return report.make(what, what.language, settings)
