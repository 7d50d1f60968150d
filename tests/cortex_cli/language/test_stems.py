import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.language.stems import fold, stem


@pytest.mark.parametrize(
    "forms",
    [
        ("edit", "editor", "editing", "edited", "editors"),
        ("play", "player", "plays", "playing"),
        ("compile", "compiler", "compiling"),
        ("convert", "converter", "converting"),
        ("compress", "compression", "compressor"),
        ("virtualise", "virtualize", "virtualisation", "virtualization"),
        ("directory", "directories"),
        ("manage", "manager", "management"),
        ("run", "runs"),
    ],
)
def test_forms_of_a_word(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    "pair", [("docker", "dock"), ("virus", "viru"), ("red", "r"), ("c", "c++")]
)
def test_other_words_stay_apart(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


def test_accents() -> None:
    assert fold("Éditeur à Málaga") == "editeur a malaga"
    assert stem("éditer") == stem("editer")


@given(st.text())
def test_any_text_has_a_stem(text: str) -> None:
    assert stem(text) == stem(text)


def test_what_looks_alike_compares_equal() -> None:
    pairs = [("CŒUR", "coeur"), ("Straße", "STRASSE"), ("Smørrebrød", "smorrebrod"), ("ÉTÉ", "ete")]
    for typed, plain in pairs:
        assert fold(typed) == fold(plain)
