"""Words from the corpus, and the packages held out of it."""

from __future__ import annotations

import random

from cortex_llm.nano import vocabulary
from tests.cortex_llm.nano import small


def test_about_a_tenth_is_held_out() -> None:
    held = sum(vocabulary.is_held_out(f"package-{number}") for number in range(5000))
    assert 400 < held < 620


def test_kind_of() -> None:
    assert vocabulary.find_kind("GNU nano is a text editor", "nano") == "is a text editor"
    assert vocabulary.find_kind("A small web server - documentation", "x") == "small web server"
    assert vocabulary.find_kind("one two three four five six seven eight", "x") == ""


def test_noise_is_no_request() -> None:
    words = small.words()
    chance = random.Random(3)
    said = {words.grammars["en"].say(["{noise}"], chance, tidy=True).text for _ in range(50)}
    assert len(said) > 30


def test_the_catalogue_s_phrases_are_said_as_what_they_are() -> None:
    grammars = small.words().grammars
    chance = random.Random(3)
    for language, thing, goal in (
        ("en", "fast editor", "edit with a editor"),
        ("fr", "editor rapide", "éditer avec un editor"),
        ("es", "editor rápido", "editar con un editor"),
    ):
        kind = "{kind}" if language == "en" else "{corpus_kind}"
        things = {grammars[language].say([kind], chance, tidy=True).text for _ in range(300)}
        goals = {grammars[language].say(["{goal}"], chance, tidy=True).text for _ in range(300)}
        assert thing in things - goals
        assert goal in goals - things
