"""The requests that were written before training and are kept out of it."""

from __future__ import annotations

import importlib.resources
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class IntentItem:
    """One labelled request."""

    language: str
    intent: str
    subject: str
    request: str


def intents(name: str = "intent.tsv") -> list[IntentItem]:
    """The labelled requests of a file of this folder."""
    return [
        IntentItem(*line.split("\t"))
        for line in _read(name).splitlines()
        if line and not line.startswith("#")
    ]


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in _read(name).splitlines() if line]


def plain(text: str) -> str:
    """A request without case, accents and punctuation: equal ones say the same."""
    split = unicodedata.normalize("NFD", text.lower())
    letters = "".join(sign for sign in split if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", letters))


def _read(name: str) -> str:
    return importlib.resources.files(__package__).joinpath(name).read_text("utf-8")
