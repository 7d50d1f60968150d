"""The table of causes."""

from __future__ import annotations

from cortexd.notify.cause_words import GROUPS


def test_no_word_stands_for_two_causes() -> None:
    words = [word for group in GROUPS for word in group]
    assert len(words) == len(set(words))
    assert all(word == word.lower().strip() for word in words)
