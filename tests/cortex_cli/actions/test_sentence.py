"""A question becomes tokens: each weighs what it would cost to overlook it."""

from __future__ import annotations

from cortex_cli.actions import sentence


def tokens(text: str, language: str = "en") -> list[tuple[str, str]]:
    read = sentence.read(text, language)
    assert read is not None
    return [(token.concept, token.kind) for token in read.tokens]


def test_words_and_literals() -> None:
    assert tokens("How do I delete *.log in /srv?") == [
        ("delete", ""),
        ("", "glob"),
        ("in", ""),
        ("", "path"),
    ]


def test_places_are_paths() -> None:
    read = sentence.read("files in the current directory", "en")
    assert read is not None
    assert [(token.text, token.literal.value) for token in read.tokens if token.literal] == [
        ("current directory", ".")
    ]


def test_a_period_is_a_duration() -> None:
    assert ("", "duration") in tokens("in the last hour")
    assert ("", "duration") in tokens("la última semana", "es")


def test_an_ordinal_is_a_number() -> None:
    assert tokens("the second column") == [("", "number"), ("column", "")]


def test_a_verb_in_two_parts_is_one() -> None:
    assert tokens("turn the wifi off") == [("disable", ""), ("wifi", "")]


def test_a_folder_may_be_called_like_a_thing() -> None:
    assert tokens("the folder photos") == [("folder", ""), ("", "name")]
    assert tokens("the photos") == [("image", "")]


def test_too_long_is_no_sentence() -> None:
    assert sentence.read("a" * 2000, "en") is None
    assert sentence.read("zork " * 90, "en") is None


def test_weights() -> None:
    read = sentence.read("show zork in /srv", "en")
    assert read is not None
    shown, unknown, place, path = (token.weight for token in read.tokens)
    assert place == 0 < shown < 1 < unknown < path
