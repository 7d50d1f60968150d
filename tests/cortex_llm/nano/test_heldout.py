"""The held-out files: three hundred requests, well formed, and not the development set's."""

from __future__ import annotations

import collections

from cortex_llm.nano import heldout
from cortex_llm.nano.prompts import INTENTS, LANGUAGES


def test_three_hundred_in_three_languages() -> None:
    items = heldout.intents()
    assert collections.Counter(item.language for item in items) == dict.fromkeys(LANGUAGES, 100)
    assert {item.intent for item in items} == set(INTENTS)
    assert len({(item.language, heldout.plain(item.request)) for item in items}) == 300
    for item in items + heldout.intents("development.tsv"):
        assert item.subject in item.request
        assert bool(item.subject) == (item.intent in ("install", "define", "howto"))


def test_choices_and_readings() -> None:
    choices = heldout.rows("choice.jsonl")
    assert len(choices) >= 80
    assert all(1 <= len(row["candidates"]) <= 8 and row["acceptable"] for row in choices)
    readings = heldout.rows("reading.jsonl")
    assert len(readings) >= 200
    for row in readings:
        answered = row["kind"] != "unanswerable"
        assert any(row["answer"] in passage for passage in row["passages"]) == answered


def test_plain() -> None:
    assert heldout.plain("¿Qué ÉS, nginx?") == "que es nginx"
