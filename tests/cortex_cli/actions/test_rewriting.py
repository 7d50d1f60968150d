"""Values that only several words together say."""

from __future__ import annotations

import pytest

from cortex_cli.actions import sentence


def values(question: str, language: str = "en") -> list[tuple[str, str]]:
    """Kind and value of each literal."""
    asked = sentence.read(question, language)
    assert asked is not None
    return [(token.kind, token.literal.value) for token in asked.tokens if token.literal]


@pytest.mark.parametrize(
    ("language", "question", "found"),
    [
        ("en", "create a directory called reports", ("name", "reports")),
        ("en", "remove the folder build with everything inside", ("name", "build")),
        ("en", "move report.pdf into the folder Archive", ("name", "Archive")),
        ("fr", "passer sur la branche test", ("name", "test")),
        ("en", "convert film.mkv to mp4", ("file", "film.mp4")),
        ("fr", "lancer /home/eva/a.sh à 4h", ("clock", "04:00")),
        ("en", "shut down at midnight", ("clock", "00:00")),
        ("en", "show a calendar of march 2027", ("month", "3")),
    ],
)
def test_values(language: str, question: str, found: tuple[str, str]) -> None:
    assert found in values(question, language)


def test_an_everyday_word_is_no_name() -> None:
    assert values("restart nginx carefully tomorrow") == []
    assert values("how is the folder structure") == []


def test_a_word_that_only_describes_a_file_weighs_little() -> None:
    asked = sentence.read("compare the two text files a.conf and b.conf", "en")
    assert asked is not None
    weights = {token.text: token.weight for token in asked.tokens}
    assert weights["two"] == 0.0
    assert weights["text"] < 0.2
