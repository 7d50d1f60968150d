"""Requests are said from the grammar, the same for the same seed, with their spans."""

from __future__ import annotations

import random

import pytest

from cortex_llm.nano import grammar
from cortex_llm.nano.grammar import Grammar
from cortex_llm.nano.prompts import INTENTS, LANGUAGES
from tests.cortex_llm.nano import small


@pytest.fixture(scope="module")
def grammars() -> dict[str, Grammar]:
    return small.words().grammars


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("written", ["", "_written"])
@pytest.mark.parametrize("intent", INTENTS)
def test_every_rule_says_something_whole(
    grammars: dict[str, Grammar], language: str, intent: str, written: str
) -> None:
    chance = random.Random(1)
    rule = intent + written
    each = ([template] for template in grammars[language].rules[rule])
    for wanted in (*[rule] * 500, *each):
        said = grammars[language].say(wanted, chance)
        assert said.text
        assert not set("{}[]\ue000\ue001") & set(said.text), said.text
        assert all(span in said.text for span in said.spans.values())
        assert bool(said.subject) == (intent in ("install", "define", "howto")), said.text


def test_the_same_seed_says_the_same(grammars: dict[str, Grammar]) -> None:
    first, second = random.Random(7), random.Random(7)
    for _ in range(50):
        assert grammars["en"].say("howto", first) == grammars["en"].say("howto", second)


def test_named_spans_and_fixed_rules(grammars: dict[str, Grammar]) -> None:
    template = ["open [name={app}] (at|around) [when={noon}]"]
    fixed = {"app": "vim", "noon": "12"}
    said = grammars["en"].say(template, random.Random(1), fixed, tidy=True)
    assert said.text in ("open vim at 12", "open vim around 12")
    assert said.spans == {"name": "vim", "when": "12"}


def test_a_rule_without_end_is_an_error(grammars: dict[str, Grammar]) -> None:
    grammars["en"].rules["loop"] = ["{loop}"]
    with pytest.raises(ValueError, match="never ends"):
        grammars["en"].say("loop", random.Random(1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_written_lines_say_whole_requests(language: str) -> None:
    requests = list(grammar.read_written_lines(language))
    assert len(requests) > 5000
    assert not any(set("{}[]()|") & set(request) for request in requests)
