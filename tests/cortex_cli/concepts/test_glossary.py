"""The catalogue is whole: three languages, true references, one owner for each name."""

from __future__ import annotations

from collections import defaultdict

import pytest

from cortex_cli.concepts import glossary
from cortex_cli.concepts.naming import keys

KNOWN = glossary.load()
MOST_WORDS = 60
MOST_LINES_WIDTH = 420  # characters: six lines of a terminal


def test_there_are_enough() -> None:
    assert len(KNOWN.concepts) >= 500
    assert len(KNOWN.differences) >= 60
    paths = [c for c in KNOWN.concepts.values() for name in c.names["en"] if name.startswith("/")]
    assert len(paths) >= 60


@pytest.mark.parametrize("language", glossary.LANGUAGES)
def test_every_text_is_finished(language: str) -> None:
    texts = {one.id: one.text[language] for one in KNOWN.concepts.values()}
    texts |= {"/".join(sorted(pair)): text[language] for pair, text in KNOWN.differences.items()}
    for name, text in texts.items():
        assert text.endswith((".", "!")), name
        assert "\n" not in text, name
        assert len(text.split()) <= MOST_WORDS, name
        assert len(text) <= MOST_LINES_WIDTH, name


def test_no_text_stands_for_another_language() -> None:
    for one in KNOWN.concepts.values():
        assert len(set(one.text.values())) == len(glossary.LANGUAGES), one.id


def test_what_is_referred_to_is_there() -> None:
    for one in KNOWN.concepts.values():
        assert set(one.see) <= KNOWN.concepts.keys(), one.id
        assert one.id not in one.see, one.id


@pytest.mark.parametrize("language", glossary.LANGUAGES)
def test_a_name_belongs_to_one_concept(language: str) -> None:
    owners = defaultdict(set)
    for one in KNOWN.concepts.values():
        for name in one.names[language]:
            owners[keys(name)[0]].add(one.id)
    assert not {name: ids for name, ids in owners.items() if len(ids) > 1}


@pytest.mark.parametrize("language", glossary.LANGUAGES)
def test_every_name_finds_its_concept(language: str) -> None:
    for one in KNOWN.concepts.values():
        for name in one.names[language]:
            found = KNOWN.concept(name, language)
            assert found is not None and found.id == one.id, name


def test_an_id_twice_is_an_error() -> None:
    entry = {
        "id": "x",
        "names": {"en": ["x"]},
        "text": {"en": "X.", "fr": "X.", "es": "X."},
    }
    with pytest.raises(ValueError, match="twice"):
        glossary.build([entry, entry], [])


def test_a_difference_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown"):
        glossary.build([], [{"between": ["a", "b"], "text": {}}])
