"""The mixture: reproducible, in the contract's layout, and free of held-out requests."""

from __future__ import annotations

import collections
import json
import random

import pytest

from cortex_llm.nano import heldout
from cortex_llm.nano.example import Example
from cortex_llm.nano.examples import RECIPE, Maker
from tests.cortex_llm.nano import small


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return list(maker().make(3000, seed=1))


def maker() -> Maker:
    return Maker(small.words(), small.texts())


def test_the_same_seed_makes_the_same(made: list[Example]) -> None:
    assert list(maker().make(200, seed=1)) == made[:200]
    assert list(maker().make(200, seed=2)) != made[:200]


def test_every_kind_is_there(made: list[Example]) -> None:
    counts = collections.Counter(example.kind for example in made)
    assert set(counts) == set(RECIPE)


def test_no_held_out_request_is_trained_on(made: list[Example]) -> None:
    held = {heldout.plain(item.request) for item in heldout.intents()}
    for example in made:
        if example.kind == "intent":
            request = example.messages[1]["content"].removeprefix("Request: ")
            assert heldout.plain(request) not in held


def test_a_held_out_request_is_dropped_mistyped_too() -> None:
    request = next(i.request for i in heldout.intents() if not set("[](){}|") & set(i.request))
    words = small.words()
    for grammar in words.grammars.values():
        grammar.rules = {name: [f"[{request}]"] for name in grammar.rules}
    chance = random.Random(1)
    assert not any(Maker(words, small.texts()).intent(chance) for _ in range(500))


def test_answers_have_the_contract_s_form(made: list[Example]) -> None:
    for example in made:
        if example.kind == "intent":
            answer = json.loads(example.answer)
            assert answer["subject"] in example.messages[1]["content"]
        if example.kind == "choose":
            content = example.messages[1]["content"]
            for name in json.loads(example.answer)["packages"]:
                assert f"\n{name}: " in content
