"""Examples of reading: the answer is in the passage, or it is said that it is not."""

from __future__ import annotations

import random

from cortex_llm.nano import prompts
from cortex_llm.nano.reading import Reader, description
from cortex_llm.nano.vocabulary import is_held_out
from tests.cortex_llm.nano import small


def test_answers_stand_in_their_passages() -> None:
    reader = Reader(small.words())
    chance = random.Random(2)
    unknown = answered = 0
    for _ in range(600):
        example = reader.read(chance)
        if example is None:
            continue
        if example.answer in prompts.UNKNOWN.values():
            unknown += 1
        else:
            answered += 1
            assert example.answer in example.messages[1]["content"], example
    assert answered > 3 * unknown > 60


def test_held_out_packages_are_not_described() -> None:
    held = [p for p in small.packages() if is_held_out(p["name"])]
    assert held, "the small corpus must hold one out"
    reader = Reader(small.words())
    chance = random.Random(5)
    made = [reader.read(chance) for _ in range(600)]
    text = " ".join(e.messages[1]["content"] for e in made if e is not None)
    for package in held:
        assert f"\n{package['name']}: {package['short']['en']}" not in text


def test_description() -> None:
    package = small.packages()[0]
    passage, answer = description(package, "en")
    assert answer == "texedit: simple text editor for the desktop."
    assert passage.startswith(answer + "\nThis editor handles")
