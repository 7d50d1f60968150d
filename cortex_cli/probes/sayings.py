"""A reading in sentences of the question's language.  Pure; at most 11 lines.

The twelfth line of an answer is the command that shows the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.probes.probe import FOUND, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.probes.probe import Probe, Reading, Value

MAX_LINES = 11
# A PATH is long; a row of a table need not be.
MAX_SENTENCE_CHARS, MAX_ROW_CHARS = 1500, 200
_PLACE = expression(r"{([a-z_]+)(?:\|([^|{}]*)\|([^|{}]*))?}")
_OPTIONAL = expression(r"\[\[([^\[\]]*)\]\]")
_MORE = {
    "en": "… and {count} more",
    "fr": "… et {count} de plus",
    "es": "… y {count} más",
}
_UNITS = (
    (31536000, ("year", "years"), ("an", "ans"), ("año", "años")),
    (604800, ("week", "weeks"), ("semaine", "semaines"), ("semana", "semanas")),
    (86400, ("day", "days"), ("jour", "jours"), ("día", "días")),
    (3600, ("hour", "hours"), ("heure", "heures"), ("hora", "horas")),
    (60, ("minute", "minutes"), ("minute", "minutes"), ("minuto", "minutos")),
)
_SECONDS = {
    "en": ("second", "seconds"),
    "fr": ("seconde", "secondes"),
    "es": ("segundo", "segundos"),
}
_COLUMN = {"en": 1, "fr": 2, "es": 3}


def clean(text: str, most: int = MAX_SENTENCE_CHARS) -> str:
    """``text`` as one line that a terminal can show."""
    shown = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return shown if len(shown) <= most else f"{shown[:most]}…"


def text(probe: Probe, reading: Reading, language: str) -> str:
    """The sentence of the reading's case, then its rows."""
    template = (probe.sentences.get(reading.case) or probe.sentences[FOUND])[language]
    room = MAX_LINES - 1
    rows = [f"  {clean(row, MAX_ROW_CHARS)}" for row in reading.rows]
    if len(rows) > room:
        left = len(rows) - room + 1
        rows = [*rows[: room - 1], f"  {_MORE[language].format(count=left)}"]
    return "\n".join([clean(fill(template, reading.values, language)), *rows])


def fill(template: str, values: Mapping[str, Value], language: str) -> str:
    """``template`` with its values; ``[[ ]]`` goes where one of its values is missing."""

    def keep(match: re.Match[str]) -> str:
        names = [name for name, _, _ in _PLACE.findall(match[1])]
        return match[1] if all(values.get(name, "") != "" for name in names) else ""

    def put(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if match[2] is None:
            return format_value(value, language)
        return f"{value} {match[2] if str(value) in _singular(language) else match[3]}"

    return _PLACE.sub(put, _OPTIONAL.sub(keep, template))


def _singular(language: str) -> tuple[str, ...]:
    return ("0", "1") if language == "fr" else ("1",)


def format_value(value: Value, language: str) -> str:
    """A value as text: spans of time in words, the rest as it is."""
    return span(value.seconds, language) if isinstance(value, Span) else str(value)


def span(seconds: float, language: str) -> str:
    """A length of time as ``uptime -p`` words it: "2 days, 3 hours, 5 minutes"."""
    left = max(0, int(seconds))
    words = []
    for size, *names in _UNITS:
        count, left = divmod(left, size)
        if count:
            name = names[_COLUMN[language] - 1]
            words.append(f"{count} {name[count > 1]}")
    if not words:
        return f"{left} {_SECONDS[language][left != 1]}"
    return ", ".join(words)
