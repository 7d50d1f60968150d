import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cortex_cli.language.terms import language_of, stems, terms, tokens


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("a spreadsheet", "un tableur", "una hoja de cálculo", "spread sheet"), ["spreadsheet"]),
        (("please install me a web server", "serveur web", "servidor web"), ["web", "serv"]),
        (("photo", "an image", "une photo", "imágenes"), ["imag"]),
    ],
)
def test_languages_meet(texts: tuple[str, ...], said: list[str]) -> None:
    for text in texts:
        assert stems(text) == said, text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("something to edit pdf", "en"),
        ("un logiciel pour éditer des pdf", "fr"),
        ("l'écran", "fr"),
        ("algo para editar pdf", "es"),
        ("editor de imágenes", "es"),
        ("flight simulator", "en"),
        ("nginx", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_told(text: str, language: str) -> None:
    assert language_of(text) == language


def test_what_is_searched_for_has_other_words_too() -> None:
    (term,) = terms("photos")
    assert {"photos", "image", "picture"} <= set(term.surfaces)


def test_small_words_say_nothing() -> None:
    assert tokens("please install me a program for the computer") == ["computer"]
    assert terms("the") == []
    assert tokens("compile c programs")[:2] == ["compile", "c"]


@settings(deadline=None)  # the first call reads the glossary
@given(st.text())
def test_any_text_has_terms(text: str) -> None:
    assert len(set(stems(text))) == len(stems(text))
