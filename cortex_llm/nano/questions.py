"""Makes the fixed questions of the evaluation from the corpus: choices and readings.

Run once, before training; the result is package data, so that evaluating needs no corpus.
Readings are of held-out packages, in a form that never changes; choices are the ranker's
candidates for the hand-written requests of `choice.tsv`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cortex_llm.nano import corpus, heldout, prompts, reading
from cortex_llm.nano.ranker import Ranker, is_application
from cortex_llm.nano.vocabulary import is_held_out

SEED = 20
EACH = 50  # questions about descriptions and parts, in each language
UNANSWERABLE = 60
ASK = {
    "en": ("what is {name}", "{name}: what is it for?", "can you tell me what {name} does"),
    "fr": ("qu'est-ce que {name} ?", "à quoi sert {name}", "{name}, c'est quoi"),
    "es": ("¿qué es {name}?", "para qué sirve {name}", "explícame qué es {name}"),
}


def write(source: Path, folder: Path) -> None:
    """Write `choice.jsonl` and `reading.jsonl` into `folder`."""
    packages = corpus.load(source, "packages")
    _lines(folder / "choice.jsonl", _choices(packages))
    _lines(folder / "reading.jsonl", _readings(packages))


def _choices(packages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {package["name"]: package["short"]["en"] for package in packages}
    asked = [package for package in packages if is_application(package)]
    rankers = {language: Ranker(asked, language) for language in prompts.LANGUAGES}
    rows = []
    for line in (Path(heldout.__file__).parent / "choice.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, request, names = line.split("\t")
        candidates = rankers[language].rank(request, prompts.MAX_CANDIDATES)
        for name in rankers["en"].rank(request, prompts.MAX_CANDIDATES):
            if name not in candidates and len(candidates) < prompts.MAX_CANDIDATES:
                candidates.append(name)
        rows.append(
            {
                "language": language,
                "request": request,
                "acceptable": names.split(),
                "candidates": [[name, known[name]] for name in candidates],
            }
        )
    return rows


def _readings(packages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    chance = random.Random(SEED)  # noqa: S311 - the same seed must say the same
    rows = []
    for language in prompts.LANGUAGES:
        kept = [p for p in packages if language in p["short"] and is_held_out(p["name"])]
        for package in chance.sample(kept, EACH):
            passage, answer = reading.description(package, language)
            question = chance.choice(ASK[language]).format(name=package["name"])
            rows.append(_row(f"what it is ({language})", question, [passage], answer))
        for package in chance.sample(kept, UNANSWERABLE // len(prompts.LANGUAGES)):
            other = chance.choice(kept)
            if other is not package:
                passage, _ = reading.description(other, language)
                question = chance.choice(ASK[language]).format(name=package["name"])
                rows.append(_row("unanswerable", question, [passage], prompts.UNKNOWN[language]))
    return rows


def _row(kind: str, question: str, passages: list[str], answer: str) -> dict[str, Any]:
    return {"kind": kind, "question": question, "passages": passages, "answer": answer}


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, "utf-8")
