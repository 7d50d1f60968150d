"""``python -m benchmarks [--quick] [--json FILE] [NAME …]``: measure, compare with the limits.

Exit status: 0 all limits kept, 1 one was not, 2 wrong usage, 3 a benchmark broke.

A machine that does other things at the same time makes everything slower and nothing
faster. So a benchmark that does not keep a limit is run again, up to ``--attempts`` times
in all, and the best attempt at each figure counts; the table says which one it was.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks import BENCHMARKS
from benchmarks.programs import Bench, bench
from benchmarks.report import Outcome, Result, Skipped, line, write_json

DEFAULT_ATTEMPTS = 3
EXIT_PAST_LIMIT, EXIT_USAGE, EXIT_BROKEN = 1, 2, 3


def main(argv: list[str] | None = None) -> int:
    """Run the program."""
    options = _parser().parse_args(argv)
    if unknown := set(options.names) - set(BENCHMARKS):
        sys.stderr.write(
            f"benchmarks: error: no benchmark {', '.join(sorted(unknown))}; "
            f"there are: {', '.join(BENCHMARKS)}\n"
        )
        return EXIT_USAGE
    names = options.names or BENCHMARKS
    print(
        f"{len(names)} benchmarks on {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; "
        f"{'quick mode; ' if options.quick else ''}the best of up to {options.attempts} attempts",
        flush=True,
    )
    outcomes: list[Outcome] = []
    broken: list[str] = []
    started = time.monotonic()
    for name in names:
        try:
            with bench(options.quick) as surroundings:
                for outcome in best_of(name, surroundings, options.attempts):
                    print(line(outcome), flush=True)
                    outcomes.append(outcome)
        except Exception as error:  # noqa: BLE001 - the other benchmarks still count
            print(f"{name:<10} BROKEN: {type(error).__name__}: {error}", flush=True)
            broken.append(name)
    if options.json:
        write_json(options.json, outcomes, options.quick)
    return _conclude(outcomes, broken, time.monotonic() - started)


def best_of(name: str, surroundings: Bench, attempts: int) -> list[Outcome]:
    """Run one benchmark until it keeps all its limits; the best attempt at each figure."""
    module = importlib.import_module(f"benchmarks.{name}")
    best: dict[str, Outcome] = {}
    for attempt in range(1, attempts + 1):
        for outcome in module.run(surroundings):
            known = best.get(outcome.what)
            if (
                known is None
                or isinstance(known, Skipped)
                or (isinstance(outcome, Result) and outcome.better_than(known))
            ):
                best[outcome.what] = outcome.numbered(attempt)
        if not _past_limit(best.values()):
            break
    return list(best.values())


def _past_limit(outcomes: Iterable[Outcome]) -> list[Result]:
    return [outcome for outcome in outcomes if isinstance(outcome, Result) and not outcome.passed]


def _conclude(outcomes: list[Outcome], broken: list[str], took_s: float) -> int:
    results = [outcome for outcome in outcomes if isinstance(outcome, Result)]
    failed = _past_limit(outcomes)
    print(
        f"{len(results) - len(failed)} of {len(results)} limits kept, "
        f"{len(outcomes) - len(results)} skipped, {len(broken)} broken, in {took_s:.0f} s"
    )
    for result in failed:
        print(f"past its limit: {result.benchmark}: {result.what}")
    if broken:
        return EXIT_BROKEN
    return EXIT_PAST_LIMIT if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Cortex and compare it with its limits.",
        epilog=f"Benchmarks: {', '.join(BENCHMARKS)}",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, minutes in all")
    parser.add_argument(
        "--attempts",
        type=int,
        default=DEFAULT_ATTEMPTS,
        choices=range(1, 11),
        metavar="N",
        help=f"how often a benchmark may try to keep its limits (default {DEFAULT_ATTEMPTS})",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
