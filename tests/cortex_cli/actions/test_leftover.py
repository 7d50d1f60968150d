"""What a reading passes over lowers it, the more the more it changes what is asked."""

from __future__ import annotations

import pytest

from cortex_cli import actions
from cortex_cli.actions import leftover, sentence


def left(question: str, *over: str) -> float:
    """The factor of a reading that accounts for all but the words ``over``."""
    asked = sentence.read(question, "en")
    assert asked is not None
    kept = {n for n, token in enumerate(asked.tokens) if token.text not in over}
    assert len(kept) < len(asked.tokens) or not over
    return leftover.factor(asked, frozenset(kept))


def test_nothing_left_over_costs_nothing() -> None:
    assert left("delete a.txt") == 1.0


def test_a_limit_costs_more_than_a_noun() -> None:
    question = "delete the files in /tmp except /tmp/a"
    assert left(question, "except") < left(question, "files") < 1.0


def test_a_verb_costs_more_than_a_noun() -> None:
    assert left("stop the service", "stop") < left("stop the service", "service")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "delete all files in /tmp except the newest"),
        ("en", "add lena to all groups that tom is in"),
        ("en", "stop the service that uses most memory"),
        ("en", "kill every process that uses more than 2 GB of memory"),
        ("en", "list the kings of France"),
        ("en", "remove the execute permission from all files but not folders below /srv"),
        ("fr", "supprimer tous les fichiers de /tmp sauf le plus récent"),
        ("fr", "tuer tous les processus sauf firefox"),
        ("fr", "arrêter de fumer"),
        ("es", "borrar todos los archivos de /tmp menos el más nuevo"),
        ("es", "instalar la penúltima versión de nginx"),
    ],
)
def test_what_no_reading_accounts_for_is_refused(language: str, question: str) -> None:
    assert actions.find(question, language) is None
