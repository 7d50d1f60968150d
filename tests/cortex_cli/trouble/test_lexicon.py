from __future__ import annotations

from cortex_cli.language.stems import fold
from cortex_cli.trouble import lexicon


def test_every_word_is_folded_and_single() -> None:
    tables = (lexicon.TOPICS, lexicon.ACCOUNTED, lexicon.SMALL, lexicon.SERVICE_WORDS)
    for table in tables:
        for word in table:
            assert word == fold(word)
            assert " " not in word


def test_no_server_is_an_everyday_word_or_a_topic() -> None:
    assert not lexicon.SERVERS & (lexicon.EVERYDAY_D | lexicon.ACCOUNTED | lexicon.TOPICS.keys())
