"""What the catalogue's matches say of each package, as numbers for the ranking.

A match that is half sure must not count half as much as a sure one but far less: what is in
no phrase is better found in the lists.  Hence powers of the score beside the score.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortex_cli.packages.intents import Match

# A candidate of the catalogue counts less the further down its intent's list it stands.
PLACE_DECAY = 0.85
# From here on a phrase says the request all but literally.
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


def features(matches: Sequence[Match]) -> dict[str, dict[str, float]]:
    """Package → its features; a package that no match names has ``ABSENT``."""
    found: dict[str, dict[str, float]] = {}
    margin = matches[0].score - (matches[1].score if len(matches) > 1 else 0.0) if matches else 0.0
    for number, match in enumerate(matches):
        for place, name in enumerate(match.packages):
            one = found.setdefault(name, dict(ABSENT))
            value = match.score * PLACE_DECAY**place
            one["votes"] += value
            one["catalogue"] = max(one["catalogue"], value)
            if number == 0:
                one["best_intent"] = 1.0
            if place == 0:
                first = match.score
                one["catalogue_first"] = max(one["catalogue_first"], first**2)
                one["catalogue_first_4"] = max(one["catalogue_first_4"], first**4)
                one["catalogue_literal"] = max(one["catalogue_literal"], float(first > LITERAL))
                if number == 0:
                    one["best_first"], one["best_margin"] = 1.0, margin
    for one in found.values():
        one["catalogue_2"], one["catalogue_4"] = one["catalogue"] ** 2, one["catalogue"] ** 4
    return found
