"""Scores and intervals, against values known from elsewhere."""

from __future__ import annotations

import pytest

from cortex_llm.nano import scoring


def test_wilson() -> None:
    figure = scoring.proportion(8, 10)  # 0.490 to 0.943 in the literature
    assert figure.low == pytest.approx(0.490, abs=0.001)
    assert figure.high == pytest.approx(0.943, abs=0.001)
    assert scoring.proportion(0, 300).high == pytest.approx(0.01264, abs=0.0001)
    assert scoring.proportion(0, 0).count == 0


def test_mean_holds_its_value_and_repeats() -> None:
    values = [0.0, 1.0, 1.0, 0.5] * 20
    figure = scoring.mean(values)
    assert figure.low < figure.value == 0.625 < figure.high
    assert scoring.mean(values) == figure


def test_rouge_l() -> None:
    assert scoring.rouge_l("the cat sat", "the cat sat") == 1.0
    assert scoring.rouge_l("the cat", "a dog") == 0.0
    assert scoring.rouge_l("the cat sat", "the sat") == pytest.approx(0.8)
    assert scoring.rouge_l("", "") == 1.0
    assert scoring.rouge_l("", "a") == 0.0


def test_a_figure_says_its_interval() -> None:
    assert str(scoring.proportion(97, 100)) == "97.0 % [91.5\u201399.0] (n=100)"
