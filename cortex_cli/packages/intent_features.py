"""Turns the catalogue's matches into features of packages for the ranking.

An unsure match must count far less than half of a sure one: a request that no phrase covers is
better answered from the lists.  Hence powers of the score in addition to the score.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.packages.intents import Match

# A package counts less the further down its intent's list it is.
POSITION_DECAY = 0.85
# From here on a phrase is almost literally the request.
LITERAL = 0.95
NAMES = (
    "catalogue",
    "catalogue_2",
    "catalogue_4",
    "catalogue_first",
    "catalogue_first_4",
    "catalogue_literal",
    "votes",
    "best_intent",
    "best_first",
    "best_margin",
)
ABSENT = dict.fromkeys(NAMES, 0.0)


def compute_features(matches: Sequence[Match]) -> dict[str, dict[str, float]]:
    """Map each package to its features; one that no match names has ``ABSENT``."""
    features_of: dict[str, dict[str, float]] = {}
    margin = matches[0].score - (matches[1].score if len(matches) > 1 else 0.0) if matches else 0.0
    for number, match in enumerate(matches):
        for position, name in enumerate(match.packages):
            features = features_of.setdefault(name, dict(ABSENT))
            value = match.score * POSITION_DECAY**position
            features["votes"] += value
            features["catalogue"] = max(features["catalogue"], value)
            if number == 0:
                features["best_intent"] = 1.0
            if position == 0:
                first = match.score
                features["catalogue_first"] = max(features["catalogue_first"], first**2)
                features["catalogue_first_4"] = max(features["catalogue_first_4"], first**4)
                features["catalogue_literal"] = max(
                    features["catalogue_literal"], float(first > LITERAL)
                )
                if number == 0:
                    features["best_first"], features["best_margin"] = 1.0, margin
    for features in features_of.values():
        features["catalogue_2"], features["catalogue_4"] = (
            features["catalogue"] ** 2,
            features["catalogue"] ** 4,
        )
    return features_of
