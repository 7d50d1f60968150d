"""Explanations that are worked out from a literal in the question, each in its own module.

``TRIGGERS`` names every module and what a question must hold before it is loaded at all.
Each has ``explain(question, language) -> Finding | None``.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from cortex_cli.finding import Finding

MAX_QUESTION = 400  # characters: a literal with a question around it; bounds every expression

_I = re.IGNORECASE
# In the order in which they are asked: what is more specific first.
TRIGGERS: dict[str, re.Pattern[str]] = {
    "masks": expression(r"umask", _I),
    "mounts": expression(r"\s/\S*\s+\w|\sswap\s|\snone\s"),
    "searchpath": expression(r"PATH\s?="),
    "cron": expression(
        r"\*|@(?:reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)|(?:\d\S{0,40}\s{1,9}){4}\S",
        _I,
    ),
    "calendar": expression(r"\*|OnCalendar|:\d\d|systemd|timer|minuterie|temporizador", _I),
    "spans": expression(r"Sec=|\d\s?[a-zµ]+\s?\d+\s?[a-z]", _I),
    "permissions": expression(r"chmod|[0-7]{3}|[r-][w-][xsS-]|[+=-][rwxXst]"),
    "networks": expression(r"\d\.\d|:[0-9a-fA-F:]|/\d"),
    "exits": expression(r"\d"),
    "signals": expression(r"sig|kill|señal|-[A-Z]{3}", _I),
    "ports": expression(r"port|puerto|\d/(?:tcp|udp)", _I),
    "load": expression(r"load|charge|carga", _I),
    "sizes": expression(r"\d\s?[a-z]", _I),
    "stamps": expression(r"\d{9}"),
    "versions": expression(r"\d"),
    "statuses": expression(r"[1-5]\d\d"),
}


def explain(question: str, language: str) -> Finding | None:
    """What a literal in ``question`` says, or None where there is none that is asked about."""
    if len(question) > MAX_QUESTION:
        return None
    for name, trigger in TRIGGERS.items():
        if trigger.search(question):
            finding: Finding | None = import_module(f"{__name__}.{name}").explain(
                question, language
            )
            if finding is not None:
                return finding
    return None
