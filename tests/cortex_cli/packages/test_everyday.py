from __future__ import annotations

import pytest

from cortex_cli.language.question import Question
from cortex_cli.packages import everyday


def find(text: str) -> everyday.Meaning | None:
    return everyday.find_meaning(Question(text))


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("editor", "nano"),
        ("please install an editor", "nano"),
        ("un éditeur", "nano"),
        ("EDITEUR", "nano"),
        ("un reproductor", "vlc"),
        ("musique", "rhythmbox"),
        ("vídeo", "vlc"),
        ("files", "pcmanfm"),
    ],
)
def test_the_everyday_answer(text: str, package: str) -> None:
    meaning = find(text)
    assert meaning is not None
    assert meaning.packages[0] == package


@pytest.mark.parametrize("text", ["server", "un serveur", "servidor", "a recorder", "manager"])
def test_what_is_asked(text: str) -> None:
    meaning = find(text)
    assert meaning is not None
    assert len(meaning.kinds) > 1
    assert meaning.packages == ()


@pytest.mark.parametrize("text", ["video editor", "web server", "nginx", "", "?", "edit my photos"])
def test_what_says_more_is_left_alone(text: str) -> None:
    assert find(text) is None
