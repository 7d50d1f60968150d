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

_I = re.IGNORECASE
# In the order in which they are asked: what is more specific first.
TRIGGERS: dict[str, re.Pattern[str]] = {
    "masks": re.compile(r"umask", _I),
    "mounts": re.compile(r"\s/\S*\s+\w|\sswap\s|\snone\s"),
    "searchpath": re.compile(r"PATH\s?="),
    "cron": re.compile(
        r"\*|@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)|(?:\d\S*\s+){4}\S", _I
    ),
    "calendar": re.compile(r"\*|OnCalendar|:\d\d|systemd|timer|minuterie|temporizador", _I),
    "spans": re.compile(r"Sec=|\d\s?[a-zµ]+\s?\d+\s?[a-z]", _I),
    "permissions": re.compile(r"chmod|[0-7]{3}|[r-][w-][xsS-]|[+=-][rwxXst]"),
    "networks": re.compile(r"\d\.\d|:[0-9a-fA-F:]|/\d"),
    "exits": re.compile(r"\d"),
    "signals": re.compile(r"sig|kill|señal|-[A-Z]{3}", _I),
    "ports": re.compile(r"port|puerto|\d/(?:tcp|udp)", _I),
    "load": re.compile(r"load|charge|carga", _I),
    "sizes": re.compile(r"\d\s?[a-z]", _I),
    "stamps": re.compile(r"\d{9}"),
    "versions": re.compile(r"\d"),
    "statuses": re.compile(r"[1-5]\d\d"),
}


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
