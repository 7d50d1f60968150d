"""The sentences of glibc, as its own translations have them, are all understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_cli.error_texts.answerer import explain

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("libc_wording.tsv").read_text().splitlines()
    if not line.startswith("#")
]
SENTENCES = [
    pytest.param(entry, language, sentence, id=f"{errno}-{language}")
    for errno, entry, *sentences in ROWS
    for language, sentence in zip(("en", "fr", "es"), sentences, strict=True)
]


@pytest.mark.parametrize(("entry", "language", "sentence"), SENTENCES)
def test_a_sentence_of_libc_is_explained(entry: str, language: str, sentence: str) -> None:
    asked = {
        "en": f"what does '{sentence}' mean?",
        "fr": f"que signifie « {sentence} » ?",
        "es": f"¿qué significa «{sentence}»?",
    }
    found = explain(asked[language], language)
    assert found is not None
    assert found.subject in entry.split("|")


@pytest.mark.parametrize(("errno", "entry"), [(row[0], row[1]) for row in ROWS])
def test_the_name_of_an_error_is_explained(errno: str, entry: str) -> None:
    found = explain(f"what is {errno}?", "en")
    assert found is not None
    assert found.subject in entry.split("|")
