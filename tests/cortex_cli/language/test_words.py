from hypothesis import given
from hypothesis import strategies as st

from cortex_cli.language.words import content, words


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


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert all(word == word.lower() and word for word in words(text))
    assert set(content(text)) <= set(words(text))


def test_case_and_form_do_not_matter() -> None:
    assert words("ÉDITEUR e\u0301diteur") == ["éditeur", "éditeur"]
    assert words("\u0130nstall \uff2e\uff27\uff29\uff2e\uff38 \ufb01refox STRASSE straße") == [
        "install", "nginx", "firefox", "strasse", "strasse"
    ]  # fmt: skip
