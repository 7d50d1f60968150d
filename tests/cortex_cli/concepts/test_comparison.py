"""Two things beside each other: concepts, literals, and one of each."""

import pytest

from cortex_cli.concepts import find


@pytest.mark.parametrize(
    ("question", "language", "subject"),
    [
        ("SIGTERM vs SIGKILL", "en", "SIGTERM/SIGKILL"),
        ("différence entre SIGTERM et SIGKILL", "fr", "SIGTERM/SIGKILL"),
        ("diferencia entre chmod 644 y 755", "es", "mode 0644/mode 0755"),
        ("/24 or /16", "en", "/24//16"),
        ("kill vs kill -9", "en", "kill/SIGKILL"),
        ("exit code 1 vs exit code 2", "en", "exit status 1/exit status 2"),
        ("clé publique et clé privée", "fr", "public-key"),
        ("proceso e hilo", "es", "process/thread"),
        ("compilateur et interpréteur", "fr", "compiler/interpreter"),
    ],
)
def test_pairs(question: str, language: str, subject: str) -> None:
    found = find(question, language)
    assert found is not None
    assert found.subject == subject


@pytest.mark.parametrize(
    "question", ["kernel and socket", "cats vs dogs", "inode e vlan", "copy a and b"]
)
def test_an_enumeration_is_no_comparison_unless_somebody_wrote_it(question: str) -> None:
    found = find(question, "en")
    assert found is None or "/" not in found.subject
