"""Words and their forms lead to one concept, whatever the language."""

from __future__ import annotations

import pytest

from cortex_cli.actions import lexicon


@pytest.mark.parametrize(
    ("language", "words", "concept"),
    [
        ("en", "delete", "delete"),
        ("en", "deleting", "delete"),
        ("en", "removed", "delete"),
        ("fr", "supprimer", "delete"),
        ("fr", "supprimés", "delete"),
        ("fr", "supprimez", "delete"),
        ("es", "borrarlos", "delete"),
        ("es", "borra", "delete"),
        ("es", "eliminando", "delete"),
        ("fr", "dossiers", "folder"),
        ("es", "carpetas", "folder"),
        ("en", "larger than", "more"),
        ("fr", "plus de", "more"),
        ("fr", "adresse ip", "address"),
        ("en", "restarting", "restart"),
        ("es", "reinicio", "restart"),
    ],
)
def test_forms(language: str, words: str, concept: str) -> None:
    run = tuple(piece for piece, _, _ in lexicon.pieces(words))
    found = lexicon.concept_of(run, language)
    assert found is not None
    assert found.name == concept


def test_what_nobody_knows_is_no_concept() -> None:
    assert lexicon.concept_of(("mona",), "en") is None
    assert lexicon.concept_of(("nginx",), "fr") is None


def test_every_line_of_the_lexicon_is_used() -> None:
    said = [
        line.partition(":")[0].lstrip("-@~")
        for line in lexicon.LEXICON.read_text(encoding="utf-8").splitlines()
        if ":" in line and not line.startswith("#")
    ]
    assert len(said) == len(set(said)), "two lines have one concept"
    known = lexicon.load()
    used = {known.concepts[number][0] for runs in known.runs.values() for number in runs.values()}
    assert used <= set(said)


@pytest.mark.parametrize("language", lexicon.LANGUAGES)
def test_each_language_has_its_words(language: str) -> None:
    assert len(lexicon.load().runs[language]) > 700
