"""Exit statuses that programs define themselves."""

import pytest

from cortex_cli.error_texts import program_statuses
from cortex_cli.error_texts.answerer import explain


@pytest.mark.parametrize(
    ("question", "language", "subject"),
    [
        ("exit status 2 of grep", "en", "grep-status-2"),
        ("rsync exit code 23", "en", "rsync-status-23"),
        ("curl: (60) SSL certificate problem", "en", "curl-status-60"),
        ("what does curl error 6 mean", "en", "curl-status-6"),
        ("make: *** [all] Error 2", "en", "make-status-2"),
        ("code de retour 100 de apt", "fr", "apt-status-100"),
        ("rsync renvoie 24", "fr", "rsync-status-24"),
        ("¿qué significa el código de salida 128 de git?", "es", "git-status-128"),
    ],
)
def test_a_status_of_a_program(question: str, language: str, subject: str) -> None:
    found = explain(question, language)
    assert found is not None
    assert found.subject == subject


@pytest.mark.parametrize(
    "question",
    ["exit status 2", "show 10 lines with grep", "grep 2 files", "curl http://127.0.0.1:60/ error"],
)
def test_others_are_left_alone(question: str) -> None:
    assert program_statuses.explain(question, "en") is None


def test_every_status_is_said_in_every_language() -> None:
    for program in program_statuses.programs().values():
        for number, said in program["statuses"].items():
            assert 0 <= number <= 255
            assert set(said) == {"en", "fr", "es"}
            assert all(text.endswith(".") for text in said.values())
