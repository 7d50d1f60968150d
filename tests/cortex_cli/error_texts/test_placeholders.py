"""Templates become sentences, with values from a log or with nouns where it names none."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts.placeholders import clean, fill


@pytest.mark.parametrize(
    ("template", "found", "language", "sentence"),
    [
        ("Port {port} is taken.", {"port": "80"}, "en", "Port 80 is taken."),
        ("The file {file|} is gone.", {}, "en", "The file is gone."),
        ("{unit} failed ({name|}).", {}, "en", "The service failed."),
        ("le journal de {unit} manque", {}, "fr", "le journal du service manque"),
        ("l'accès à {file} : non", {}, "fr", "l'accès au fichier : non"),
        ("el registro de {unit}", {}, "es", "el registro del servicio"),
        ("on port {port} of {host}", {}, "en", "on port of the host"),
        ("il cesse de le relancer", {}, "fr", "il cesse de le relancer"),
        ("{file|Something}: {name|}.", {"name": "x"}, "en", "Something: x."),
    ],
)
def test_sentences(template: str, found: dict[str, str], language: str, sentence: str) -> None:
    assert fill(template, found, language) == sentence


@pytest.mark.parametrize("value", ["x" * 200, "a\x1b[2J", "a\nb"])
def test_a_value_is_a_plain_name(value: str) -> None:
    assert clean(value) == ""
