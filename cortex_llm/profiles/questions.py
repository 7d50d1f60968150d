"""The questions of the trial, and when an answer to each is right.  A table, and pure.

The first three separate base models from instruction models: a base model does not stop.  The
others ask what Cortex needs: to follow an instruction to the letter, to copy from a passage and
to fill in a form.  The order is that of what tells most, for a machine on which time runs out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Of the table below: a record of other questions does not count.
VERSION = 1
ANSWER_TOKENS = 32  # a sentence; an instruction model needs one to eight

PASSAGE = (
    "The unit nginx.service failed at 09:14. It listens on port 8443. "
    "Its settings are in /etc/nginx/nginx.conf. Restart it with: systemctl restart nginx\n\n"
)
COLOURS = frozenset(
    ["red", "orange", "yellow", "green", "blue", "purple", "violet", "pink", "brown", "black",
     "white", "grey", "gray", "turquoise", "cyan", "magenta", "indigo", "teal", "crimson",
     "scarlet", "maroon", "navy", "gold", "silver", "beige", "azure", "lavender"]
)  # fmt: skip
WORD = re.compile(r"[a-z]+")

Judge = Callable[[str], bool]


@dataclass(frozen=True)
class Question:
    """`kind` "stop" is one of those that a base model does not end by itself."""

    text: str
    judge: Judge
    kind: str  # "stop", "follow", "copy" or "form"
    schema: dict[str, Any] | None = None


def _equals(*wanted: str) -> Judge:
    """Nothing but this, quotes, case and the final stop aside."""
    return lambda text: text.strip().strip("\"'`*.").strip().lower() in wanted


def _copies(wanted: str) -> Judge:
    """This and nothing else of the passage's facts."""
    others = [fact for fact in ("8443", "09:14", "/etc/nginx", "nginx.service") if fact != wanted]
    return lambda text: wanted in text and not any(fact in text for fact in others)


def _names_colour(text: str) -> bool:
    words = WORD.findall(text.lower())
    return len(words) <= 8 and not COLOURS.isdisjoint(words)


def _greets(text: str) -> bool:
    return "hello" in text.lower() or "hi" in WORD.findall(text.lower())


def _lists_directions(text: str) -> bool:
    return WORD.findall(text.lower()) == ["north", "east", "south"] and text.count(",") == 2


def _fills_form(text: str) -> bool:
    try:
        return bool(json.loads(text) == {"unit": "nginx.service", "port": 8443})
    except ValueError:
        return False


FORM = {
    "type": "object",
    "properties": {"unit": {"type": "string"}, "port": {"type": "integer"}},
    "required": ["unit", "port"],
    "additionalProperties": False,
}

QUESTIONS = (
    Question("Reply with the single word: ready", _equals("ready"), "stop"),
    Question("Say hello.", _greets, "stop"),
    Question("Name one colour.", _names_colour, "stop"),
    Question(
        PASSAGE + "Which port does it listen on? Answer with the number only.",
        _copies("8443"),
        "copy",
    ),
    Question(
        PASSAGE + "Which unit failed, and which port does it listen on? Reply as JSON with the "
        'keys "unit" and "port".',
        _fills_form,
        "form",
        FORM,
    ),
    Question(
        PASSAGE + "Which unit failed? Answer with its name only.", _copies("nginx.service"), "copy"
    ),
    Question(
        "Write the word LINUX in lower case. Reply with that one word only.",
        lambda text: text.strip().strip("\"'`*.") == "linux",
        "follow",
    ),
    Question(PASSAGE + "When did it fail? Answer with the time only.", _copies("09:14"), "copy"),
    Question(
        "Write these three words on one line, separated by commas, and nothing else: "
        "north, east, south",
        _lists_directions,
        "follow",
    ),
    Question(
        "Repeat this line exactly, and write nothing else: sudo systemctl restart nginx",
        _equals("sudo systemctl restart nginx"),
        "follow",
    ),
)
