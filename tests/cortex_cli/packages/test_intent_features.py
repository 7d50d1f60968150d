import pytest

from cortex_cli.packages import intent_features
from cortex_cli.packages.intents import Match
from cortex_cli.packages.weights import WEIGHTS


def test_no_match_says_nothing() -> None:
    assert intent_features.compute_features([]) == {}
    assert set(intent_features.ABSENT) == set(intent_features.NAMES)
    assert set(intent_features.NAMES) <= WEIGHTS.keys()


def test_the_first_of_a_sure_intent_has_most() -> None:
    found = intent_features.compute_features(
        [Match("a", ("x", "y"), 1.0), Match("b", ("y", "z"), 0.5)]
    )
    assert set(found) == {"x", "y", "z"}
    assert found["x"]["catalogue_literal"] == 1.0
    assert found["y"]["catalogue"] == pytest.approx(intent_features.POSITION_DECAY)
    assert found["y"]["votes"] == pytest.approx(intent_features.POSITION_DECAY + 0.5)
    assert (found["x"]["best_first"], found["x"]["best_margin"]) == (1.0, 0.5)
    assert (found["y"]["best_intent"], found["z"]["best_intent"]) == (1.0, 0.0)


def test_half_sure_is_far_less_than_half() -> None:
    sure, unsure = (
        intent_features.compute_features([Match("a", ("x",), score)])["x"] for score in (1.0, 0.5)
    )
    assert unsure["catalogue_4"] < sure["catalogue_4"] / 10
