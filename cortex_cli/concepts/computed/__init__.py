"""Explanations that are worked out from a literal in the question, each in its own module.

``TRIGGERS`` names every module and what a question must hold before it is loaded at all.
Each has ``explain(question, language) -> Finding | None``.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

MAX_QUESTION = 400  # characters: a literal with a question around it; bounds every expression

TRIGGERS: dict[str, re.Pattern[str]] = {}


def explain(question: str, language: str) -> Finding | None:
    """What a literal in ``question`` says, or None where there is none that is asked about."""
    if len(question) > MAX_QUESTION:
        return None
    for name, trigger in TRIGGERS.items():
        if trigger.search(question):
            found: Finding | None = import_module(f"{__name__}.{name}").explain(question, language)
            if found is not None:
                return found
    return None
