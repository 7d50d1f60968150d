"""Learns what the ranking's features count: ``python -m benchmarks.learn LISTS [--write]``.

From three sorts of requests: those written to tune on (``data/requests.tsv`` and
``data/tuning.tsv``), the catalogue's own phrases, each asked as if the catalogue had all but
it, and AppStream summaries, without those that ``quality`` measures by.  The written ones count
double: they are what people ask.  ``data/frozen.tsv`` is never read here.  A softmax over each
request's candidates is fitted by gradient descent, and judged by cross-validation in which the
phrases of an intent, and the summaries of a package, stay together.  ``--write`` puts the
weights into the program.  Needs numpy, which the extra ``train`` brings.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import independent
from benchmarks.quality import SAMPLE, TUNING, requests
from cortex_cli.debian import lists as apt_lists
from cortex_cli.index.packages import open_index
from cortex_cli.language.terms import Term, terms
from cortex_cli.packages import ranking
from cortex_cli.packages.intents import Catalogue
from cortex_cli.packages.ranking import Ranker
from cortex_cli.packages.weights import WEIGHTS

PHRASES, SUMMARIES = 700, 500
SHARES = {"written": 1.0, "phrase": 0.5, "summary": 0.5}
FOLDS = 4
ROUNDS = 250
# Of an intent's packages the first are the ones to find.
BEST = 2
# Adam, see Kingma and Ba 2014; the pull to zero keeps features that are seldom seen small.
RATE, SLOWING, SHRINK, MOMENTUM, MOMENTUM_2 = 0.15, 50, 0.002, 0.9, 0.99
# Of all candidates those that rank best now are the ones to tell apart.
KEPT = 60
NAMES = tuple(WEIGHTS)
WEIGHTS_FILE = Path(ranking.__file__).with_name("weights.py")


@dataclass(frozen=True, slots=True)
class Example:
    """One request: a row of features for each candidate, its kind's penalty, whether it is right.

    ``group`` names what stays on one side of a fold.
    """

    sort: str
    group: str
    rows: Any
    penalties: Any
    right: Any


def examples(folder: Path, cache_folder: Path) -> Iterator[Example]:
    """Each training request with its candidates."""
    environ = {**os.environ, "CORTEX_APT_LISTS": str(folder), "CORTEX_CACHE_DIR": str(cache_folder)}
    db = open_index(environ)
    assert db
    catalogue, ranker = Catalogue(db), Ranker(db)
    for path in TUNING:
        for request in requests(path):
            said = terms(request.text)
            ranked = ranker.rank(said, catalogue.match(said))
            yield _example("written", request.text, ranked, request.packages)
    rows = db.execute(
        "SELECT intent.name, packages, terms FROM phrase JOIN intent ON intent.id = intent"
    ).fetchall()
    for intent, packages, phrase in random.Random(independent.SEED).sample(rows, PHRASES):
        said = [Term(word, (word,)) for word in phrase.split()]
        ranked = ranker.rank(said, catalogue.match(said, without=phrase))
        yield _example("phrase", intent, ranked, frozenset(packages.split()[:BEST]))
    for request in _summaries(folder):
        said = terms(request.text, request.language)
        ranked = ranker.rank(said, catalogue.match(said))
        yield _example("summary", min(request.packages), ranked, request.packages)


def _summaries(folder: Path) -> list[independent.Request]:
    """Summaries of packages that ``quality`` does not ask for."""
    found = independent.appstream(folder)
    english = [one for one in found if one.language == "en"]
    measured = {name for one in independent.sampled(english, SAMPLE) for name in one.packages}
    return list(
        independent.sampled([one for one in found if not one.packages & measured], SUMMARIES)
    )


def _example(
    sort: str, group: str, ranked: Sequence[ranking.RankedPackage], right: frozenset[str]
) -> Example:
    kept = [one for place, one in enumerate(ranked) if place < KEPT or one.name in right]
    return Example(
        sort,
        group,
        np.array([[one.features[name] for name in NAMES] for one in kept]),
        np.array([one.score - ranking.weigh(one.features) for one in kept]),
        np.array([one.name in right for one in kept], bool),
    )


def fitted(data: Sequence[Example]) -> Any:
    """The weights under which right candidates are the likeliest."""
    useful = [one for one in data if one.right.any() and not one.right.all()]
    rows = np.vstack([one.rows for one in useful])
    penalties = np.concatenate([one.penalties for one in useful])
    right = np.concatenate([one.right for one in useful])
    sizes = np.array([len(one.right) for one in useful])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shares = np.array([SHARES[one.sort] for one in useful])
    share = np.repeat(shares / shares.sum(), sizes)

    def softmax(scores: Any) -> Any:
        powers = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        return powers / np.repeat(np.add.reduceat(powers, starts), sizes)

    weights = slope = spread = np.zeros(len(NAMES))
    for step in range(1, ROUNDS + 1):
        scores = rows @ weights + penalties
        wanted = softmax(np.where(right, scores, -np.inf))
        uphill = ((wanted - softmax(scores)) * share) @ rows - SHRINK * weights
        slope = MOMENTUM * slope + (1 - MOMENTUM) * uphill
        spread = MOMENTUM_2 * spread + (1 - MOMENTUM_2) * uphill**2
        size = np.sqrt(spread / (1 - MOMENTUM_2**step)) + 1e-8
        rate = RATE / np.sqrt(1 + step / SLOWING)
        weights = weights + rate * slope / (1 - MOMENTUM**step) / size
    return weights


def placed(data: Sequence[Example], weights: Any) -> tuple[int, int]:
    """How many requests have a right candidate first, and among the first five."""
    first = five = 0
    for one in data:
        if len(one.right):
            order = np.argsort(-(one.rows @ weights + one.penalties), kind="stable")
            first += bool(one.right[order[:1]].any())
            five += bool(one.right[order[:5]].any())
    return first, five


def crossed(data: Sequence[Example], sort: str) -> tuple[float, float]:
    """The shares of ``placed`` over requests of ``sort`` that the weights were not fitted to."""
    groups = sorted({one.group for one in data})
    random.Random(independent.SEED).shuffle(groups)
    counts = [0, 0]
    for fold in range(FOLDS):
        held = set(groups[fold::FOLDS])
        weights = fitted([one for one in data if one.group not in held])
        tested = [one for one in data if one.group in held and one.sort == sort]
        counts = [sum(pair) for pair in zip(counts, placed(tested, weights), strict=True)]
    asked = sum(one.sort == sort for one in data)
    return counts[0] / asked, counts[1] / asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", type=Path, help="a folder of apt lists; fetched if empty")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/cortex-learn"))
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS_FILE.name}")
    options = parser.parse_args()
    if not apt_lists.find_packages(options.lists):
        independent.fetch(options.lists)
    data = list(examples(options.lists, options.cache))
    for sort in SHARES:
        first, five = crossed(data, sort)
        print(f"{sort}, cross-validated: first {first:.1%}, first five {five:.1%}", flush=True)
    weights = fitted(data)
    for name, value in zip(NAMES, weights, strict=True):
        print(f"  {name:<18} {value:6.2f}")
    if options.write:
        WEIGHTS_FILE.write_text(_module(dict(zip(NAMES, weights, strict=True))))


def _module(weights: Mapping[str, float]) -> str:
    what = "How much each feature of a package counts; written by ``python -m benchmarks.learn``."
    rows = "".join(f'    "{name}": {value:.2f},\n' for name, value in weights.items())
    return f'"""{what}"""\n\nWEIGHTS: dict[str, float] = {{\n{rows}}}\n'


if __name__ == "__main__":
    main()
