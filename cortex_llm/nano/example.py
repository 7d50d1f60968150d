"""One training example, and in which language it is written; what every maker of them shares."""

from __future__ import annotations

import random
from dataclasses import dataclass

from cortex_llm.nano.prompts import LANGUAGES, Messages

LANGUAGE_WEIGHTS = (44, 28, 28)


@dataclass(frozen=True)
class Example:
    """Messages and their answer; `text` alone for prose."""

    kind: str
    messages: Messages
    answer: str


def choose_language(chance: random.Random) -> str:
    """English most often."""
    return chance.choices(LANGUAGES, LANGUAGE_WEIGHTS)[0]
