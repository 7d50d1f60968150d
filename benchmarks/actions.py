"""How often the first command is right, and how often a wrong one is shown.

    python benchmarks/actions.py FILE...        figures by language, and what confidence is worth
    python benchmarks/actions.py --lost FILE    and each question that was not right

A file holds ``question <TAB> regular expression`` a line; ``-`` as an alternative of the
expression accepts a refusal.  Reads nothing else and runs no command.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import defaultdict
from pathlib import Path

from cortex_cli import actions
from cortex_cli.actions import sayings
from cortex_cli.language.terms import language_of

BANDS = (0.0, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.01)
RIGHT, WRONG, SILENT, ASKED = "right", "wrong", "silent", "asked"


def cases(path: Path) -> list[tuple[str, str]]:
    """Question and expression of each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    split = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return [(question, wanted) for question, wanted in split]


def judged(question: str, wanted: str) -> tuple[str, float, str, str]:
    """Verdict, confidence, language and what was shown.  Two readings with one right: asked."""
    language = language_of(question)
    found = actions.find(question, language)
    refusal = wanted == "-" or wanted.endswith("|-")
    if found is None:
        return (RIGHT if refusal else SILENT), 0.0, language, "-"
    pattern = wanted.removesuffix("|-") if wanted != "-" else r"(?!)"
    shown = [command.text for command in found.commands]
    fits = [bool(re.search(pattern, text)) for text in shown]
    asked = any(found.text.startswith(one["choice"]) for one in sayings.SAYINGS.values())
    verdict = RIGHT if fits[0] or (any(fits) and not asked) else ASKED if any(fits) else WRONG
    return verdict, found.confidence, language, " ;; ".join(shown)


def main() -> None:
    """Prints the figures of each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--lost", action="store_true", help="show what was not right")
    options = parser.parse_args()
    actions.find("warm up", "en")
    for path in options.files:
        report(path, lost=options.lost)


def report(path: Path, *, lost: bool) -> None:
    """The figures of one file."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    bands: dict[int, list[bool]] = defaultdict(list)
    spent = []
    for question, wanted in cases(path):
        start = time.process_time()
        verdict, confidence, language, shown = judged(question, wanted)
        spent.append(time.process_time() - start)
        counts[language][verdict] += 1
        counts["all"][verdict] += 1
        if confidence:
            band = sum(confidence >= edge for edge in BANDS) - 1
            bands[band].append(verdict in (RIGHT, ASKED))
        if lost and verdict != RIGHT:
            print(f"{verdict:6} {confidence:.2f} {question}\n              {shown}")
    print(path.name)
    for language in ("en", "fr", "es", "all"):
        one = counts[language]
        total = sum(one.values()) or 1
        shares = "  ".join(
            f"{name} {one[name]:3} {100 * one[name] / total:5.1f} %"
            for name in (RIGHT, ASKED, WRONG, SILENT)
        )
        print(f"  {language:3} {total:4}  {shares}")
    for band, fits in sorted(bands.items()):
        share = 100 * sum(fits) / len(fits)
        low, high = BANDS[band], BANDS[band + 1]
        print(f"  confidence {low:.2f} to {high:.2f}: {len(fits):3}, {share:5.1f} % right")
    print(f"  warm p95, processor time: {1000 * sorted(spent)[int(len(spent) * 0.95)]:.1f} ms")


if __name__ == "__main__":
    main()
