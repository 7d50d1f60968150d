"""Learns what the ranking's features count: ``python -m benchmarks.learn LISTS [--write]``.

From independent data only: AppStream summaries, and the catalogue's own phrases, each asked as
if the catalogue had all but it ("phrase"), and as if it did not recognise the words
("intent").  Summaries count less: they are of applications that nobody may ask for.  A
softmax over each request's candidates is fitted by gradient descent, and judged by
cross-validation in which the phrases of an intent, and the summaries of a package, stay
together.  ``--write`` puts the weights into the program.
"""

from __future__ import annotations

import argparse
import math
import os
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import independent
from cortex_cli import ranking
from cortex_cli.index.packages import open_index
from cortex_cli.matching import Catalogue
from cortex_cli.ranking import Ranker
from cortex_cli.terms import Term, terms
from cortex_cli.weights import WEIGHTS

PHRASES, SUMMARIES = 600, 300
FOLDS = 3
ROUNDS = 40
# Not learned: a phrase that is left out never matches whole, as requests in truth often do.
FIXED = {"catalogue": 5.0, "catalogue_first": 6.0}
# Of an intent's packages the first are the ones to find.
BEST = 2
# Adam, see Kingma and Ba 2014
RATE, SHRINK, MOMENTUM, MOMENTUM_2 = 0.2, 0.002, 0.8, 0.95
# Of all candidates those that rank best now are the ones to tell apart.
KEPT = 25
WEIGHTS_FILE = Path(ranking.__file__).with_name("weights.py")

Features = Mapping[str, float]
# (what stays together, [(features, kind's penalty, right)])
Example = tuple[str, list[tuple[Features, float, bool]]]


def examples(folder: Path, cache_folder: Path) -> Iterator[tuple[str, Example]]:
    """Each training request with its candidates; first what sort of request it is."""
    environ = {**os.environ, "CORTEX_APT_LISTS": str(folder), "CORTEX_CACHE_DIR": str(cache_folder)}
    db = open_index(environ)
    assert db
    catalogue, ranker = Catalogue(db), Ranker(db)
    rows = db.execute(
        "SELECT intent.name, packages, terms FROM phrase JOIN intent ON intent.id = intent"
    ).fetchall()
    for intent, packages, phrase in random.Random(independent.SEED).sample(rows, PHRASES):
        said = [Term(word, (word,)) for word in phrase.split()]
        matches = catalogue.match_terms(said, without=phrase)
        ranked = ranker.rank(said, matches)
        right = frozenset(packages.split()[:BEST])
        yield "phrase", (intent, _judged(ranked, right))
        others = [
            match for match in catalogue.match_terms(said, limit=50) if match.intent != intent
        ]
        unknown = ranker.rank(said, others[:8])
        yield "intent", (intent, _judged(unknown, right))
    summaries = independent.appstream(folder)
    for request in independent.sampled(summaries, SUMMARIES):
        said = terms(request.text, request.language)
        ranked = ranker.rank(said, catalogue.match_terms(said))
        yield "summary", (min(request.packages), _judged(ranked, request.packages))


def _judged(
    ranked: Sequence[ranking.Ranked], right: frozenset[str]
) -> list[tuple[Features, float, bool]]:
    kept = [*ranked[:KEPT], *(one for one in ranked[KEPT:] if one.name in right)]
    return [
        (one.features, one.score - ranking.weighed(one.features), one.name in right) for one in kept
    ]


def fitted(data: Sequence[Example], start: Mapping[str, float]) -> dict[str, float]:
    """The weights under which right candidates are the likeliest."""
    weights = {**start, **FIXED}
    slope: defaultdict[str, float] = defaultdict(float)
    spread: defaultdict[str, float] = defaultdict(float)
    useful = [one for _, one in data if any(right for *_, right in one)]
    for step in range(1, ROUNDS + 1):
        gradient = _gradient(useful, weights)
        for name in weights.keys() - FIXED.keys():
            uphill = gradient[name] / len(useful) - SHRINK * weights[name]
            slope[name] = MOMENTUM * slope[name] + (1 - MOMENTUM) * uphill
            spread[name] = MOMENTUM_2 * spread[name] + (1 - MOMENTUM_2) * uphill**2
            size = math.sqrt(spread[name] / (1 - MOMENTUM_2**step)) + 1e-9
            weights[name] += RATE / math.sqrt(step) * slope[name] / (1 - MOMENTUM**step) / size
    return weights


def _gradient(
    useful: Sequence[list[tuple[Features, float, bool]]], weights: Mapping[str, float]
) -> defaultdict[str, float]:
    gradient: defaultdict[str, float] = defaultdict(float)
    for candidates in useful:
        scores = [weighed(features, weights) + fixed for features, fixed, _ in candidates]
        chances = _softmax(scores)
        wanted = _softmax(
            [
                score if right else -math.inf
                for score, (_, _, right) in zip(scores, candidates, strict=True)
            ]
        )
        for chance, want, (features, _, _) in zip(chances, wanted, candidates, strict=True):
            if abs(want - chance) > 1e-3:
                for name, value in features.items():
                    gradient[name] += (want - chance) * value
    return gradient


def weighed(features: Features, weights: Mapping[str, float]) -> float:
    return sum(weights[name] * value for name, value in features.items())


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [math.exp(score - top) if score > -math.inf else 0.0 for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def shares(data: Sequence[Example], weights: Mapping[str, float]) -> tuple[float, float]:
    """The share of requests whose first, and one of whose first five, is right."""
    first = five = 0
    for _, candidates in data:
        ordered = sorted(candidates, key=lambda one: -(weighed(one[0], weights) + one[1]))
        first += any(right for *_, right in ordered[:1])
        five += any(right for *_, right in ordered[:5])
    return first / len(data), five / len(data)


def crossed(data: Sequence[Example], start: Mapping[str, float]) -> tuple[float, float]:
    """``shares`` over data that the weights were not fitted to."""
    groups = sorted({group for group, _ in data})
    random.Random(independent.SEED).shuffle(groups)
    totals = [0.0, 0.0]
    for fold in range(FOLDS):
        held = set(groups[fold::FOLDS])
        weights = fitted([one for one in data if one[0] not in held], start)
        tested = [one for one in data if one[0] in held]
        for place, share in enumerate(shares(tested, weights)):
            totals[place] += share * len(tested) / len(data)
    return totals[0], totals[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", type=Path, help="a folder of apt lists; fetched if empty")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/cortex-learn"))
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS_FILE.name}")
    options = parser.parse_args()
    if not aptlists_there(options.lists):
        independent.fetch(options.lists)
    pairs = list(examples(options.lists, options.cache))
    for sort in ("phrase", "intent", "summary"):
        part = [one for what, one in pairs if what == sort]
        reach = sum(any(right for *_, right in one) for _, one in part) / len(part)
        print(
            f"{sort}: {len(part)}, in the pool {reach:.1%}, now",
            *_shown(shares(part, WEIGHTS)),
        )
    data = [one for _, one in pairs]
    print("cross-validated: first, first five", *_shown(crossed(data, WEIGHTS)))
    weights = fitted(data, WEIGHTS)
    for sort in ("phrase", "intent", "summary"):
        print(f"{sort}:", *_shown(shares([one for what, one in pairs if what == sort], weights)))
    for name, value in weights.items():
        print(f"  {name:<16} {value:6.2f}")
    if options.write:
        WEIGHTS_FILE.write_text(_module(weights))


def aptlists_there(folder: Path) -> bool:
    from cortex_cli.index import aptlists

    return bool(aptlists.packages(folder))


def _shown(values: tuple[float, float]) -> list[str]:
    return [f"{value:.1%}" for value in values]


def _module(weights: Mapping[str, float]) -> str:
    what = "How much each feature of a package counts; written by ``python -m benchmarks.learn``."
    rows = "".join(f'    "{name}": {value:.2f},\n' for name, value in weights.items())
    return f'"""{what}"""\n\nWEIGHTS: dict[str, float] = {{\n{rows}}}\n'


if __name__ == "__main__":
    main()
