import pytest

from cortex_cli.language import glossary
from cortex_cli.language.words import ENGLISH, FRENCH, SPANISH


def test_every_language_has_its_words() -> None:
    assert glossary.translations(ENGLISH) == {}
    assert glossary.translations(FRENCH)[glossary.make_key("tableur")] == ("spreadsheet",)
    assert glossary.translations(SPANISH)[glossary.make_key("hoja de cálculo")] == ("spreadsheet",)


def test_several_words_may_mean_one() -> None:
    assert glossary.synonyms()[glossary.make_key("file system")] == ("filesystem",)
    assert "picture" in glossary.alternatives()["imag"]


@pytest.mark.parametrize("language", [FRENCH, SPANISH])
def test_entries_are_looked_up_whole(language: str) -> None:
    found = glossary.translations(language)
    assert len(found) > 300
    assert max(len(words) for words in found) <= glossary.LONGEST


def test_words_tell_their_language() -> None:
    assert "tableur" in glossary.vocabulary(FRENCH)
    assert "tableur" not in glossary.vocabulary(ENGLISH)
    assert "spreadsheet" in glossary.vocabulary(ENGLISH)
