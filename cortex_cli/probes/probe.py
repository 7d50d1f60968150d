"""A probe and what it read: data only.

Values are free of language: texts as tools print them, numbers, and spans of time, which
``sayings`` words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortex_cli.actions.action import Action

FOUND = "found"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in seconds."""

    seconds: float


Value = str | int | Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a collector read; ``case`` chooses the sentence, ``rows`` follow it as they are."""

    values: Mapping[str, Value] = field(default_factory=dict)
    case: str = FOUND
    rows: Sequence[str] = ()


@dataclass(frozen=True)  # no slots: the compiled copy is read faster without
class Probe:
    """An entry of the catalogue.  ``reader`` is ``MODULE.FUNCTION`` of the collectors."""

    action: Action
    reader: str
    value: str
    sentences: Mapping[str, Mapping[str, str]]
    source: str
