from __future__ import annotations

import string

import pytest

from cortex_cli.trouble.sayings import SAYINGS, say


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", ["fr", "es"])
def test_every_sentence_says_the_same_in_every_language(language: str) -> None:
    assert SAYINGS[language].keys() == SAYINGS["en"].keys()
    for name, sentence in SAYINGS["en"].items():
        assert fields(SAYINGS[language][name]) == fields(sentence), name


def test_another_language_gets_english() -> None:
    assert say("de", "others", titles="x") == "Also: x"


def test_a_value_with_braces_is_data() -> None:
    assert say("en", "others", titles="{0} {mount}") == "Also: {0} {mount}"
