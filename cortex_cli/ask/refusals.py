"""Recognises an answer that says that there is none: "I don't know", "The text does not say".

Pure; English, French and Spanish.
"""

from __future__ import annotations

from cortex_cli.language.stems import fold
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH

# What a chat model is told to say; what it says instead is recognised, too.
REFUSALS = {ENGLISH: "I don't know.", FRENCH: "Je ne sais pas.", SPANISH: "No lo sé."}
# A longer answer goes on to say something.
MAX_CHARS = 240
_OPENINGS = tuple(
    fold(opening)
    for opening in (
        *(text.rstrip(".") for text in REFUSALS.values()),
        "I do not know",
        "I'm not sure",
        "I am not sure",
        "I cannot answer",
        "I can't answer",
        "I could not find",
        "I don't have",
        "I do not have",
        "I'm sorry, but I",
        "I am sorry, but I",
        "Sorry, I",
        "Unknown.",
        "The text does not",
        "The text doesn't",
        "The passage does not",
        "The passages do not",
        "The provided text does not",
        "The provided passages do not",
        "There is no information",
        "No information",
        "Je suis désolé",
        "Le texte ne",
        "Les passages ne",
        "El texto no",
        "Lo siento",
        "No sé",
    )
)


def may_refuse(text: str) -> bool:
    """True if ``text``, the start of an answer, may become a refusal."""
    start = _normalize(text)
    return len(text) < MAX_CHARS and any(
        opening.startswith(start) or start.startswith(opening) for opening in _OPENINGS
    )


def is_refusal(text: str) -> bool:
    """True if ``text``, a whole answer, says that there is none."""
    return len(text) < MAX_CHARS and _normalize(text).startswith(_OPENINGS)


def _normalize(text: str) -> str:
    return fold(text.lstrip(" \n\t\"'*").replace("\u2019", "'"))
