from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.language.words import content, guess_language, words


def test_content_is_what_a_request_is_about() -> None:
    assert content("Please install a fast web server") == ["fast", "web", "server"]
    assert content("I need something to edit PDF files.") == ["edit", "pdf", "files"]
    assert content("Je veux installer un serveur web") == ["serveur", "web"]
    assert content("¿Quiero instalar un servidor web?") == ["servidor", "web"]


def test_names_keep_their_signs() -> None:
    assert words("What is g++ 4.2, libstdc++-dev or python3.11?") == [
        "what",
        "is",
        "g++",
        "4.2",
        "libstdc++-dev",
        "or",
        "python3.11",
    ]


def test_the_language_of_a_question() -> None:
    assert guess_language("What is the capital of France?") == "en"
    assert guess_language("Qu'est-ce que nginx ?") == "fr"
    assert guess_language("¿Qué es un servidor web?") == "es"
    assert guess_language("nginx") == guess_language("") == "en"


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert all(word == word.lower() and word for word in words(text))
    assert set(content(text)) <= set(words(text))


def test_case_and_form_do_not_matter() -> None:
    assert words("ÉDITEUR e\u0301diteur") == ["éditeur", "éditeur"]
    assert words("\u0130nstall \uff2e\uff27\uff29\uff2e\uff38 \ufb01refox STRASSE straße") == [
        "install", "nginx", "firefox", "strasse", "strasse"
    ]  # fmt: skip
