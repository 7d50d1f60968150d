from __future__ import annotations

import random
from collections import Counter

from cortex_llm.nano.example import LANGUAGE_WEIGHTS, choose_language
from cortex_llm.nano.prompts import LANGUAGES


def test_languages_come_as_often_as_their_weights_say() -> None:
    chance = random.Random(7)
    drawn = Counter(choose_language(chance) for _ in range(5_000))
    assert [name for name, _ in drawn.most_common(1)] == [LANGUAGES[0]]
    for language, weight in zip(LANGUAGES, LANGUAGE_WEIGHTS, strict=True):
        assert abs(drawn[language] / 50 - weight) < 4


def test_a_seed_says_the_same() -> None:
    first, second = random.Random(3), random.Random(3)
    assert [choose_language(first) for _ in range(50)] == [
        choose_language(second) for _ in range(50)
    ]
