"""Words for the grammars from the corpus: package and command names, kinds of software, acts.

Everything is cut from Debian's own descriptions and manuals, and from the phrases of the
catalogue of intents. A tenth of the packages is held out: training never describes them, so
that reading is measured on passages never seen.
"""

from __future__ import annotations

import hashlib
import random
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cortex_llm.nano import grammar
from cortex_llm.nano.grammar import Grammar
from cortex_llm.nano.prompts import LANGUAGES
from cortex_llm.nano.ranker import is_application

HELD_OUT = 26  # of 256
MAX_KIND_WORDS = 7
MAX_NAME = 26
CATALOGUED = 0.5  # share of kinds and goals in the catalogue's words: those are people's own
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "1234567890")
_NOISE = re.compile(
    r"\b(gnu|gtk\+?\d?|qt\d?|kde|gnome|x11|metapackage|meta-package|debian|written in \w+)\b", re.I
)
_INFINITIVE = {
    "fr": re.compile(r"^\w+(er|ir|[dtpv]re|[ulrd]ire)$"),
    "es": re.compile(r"^\w+(ar|er|ir)$"),
}
_NO_VERBS = frozenset(
    (
        *("a", "an", "the", "is", "are", "program", "utility", "tool", "library", "interface"),
        *("perl", "python", "file"),
    )
)


def is_held_out(name: str) -> bool:
    """Whether a package is kept for evaluation."""
    return hashlib.sha256(f"held out {name}".encode()).digest()[0] < HELD_OUT


def find_kind(short: str, name: str) -> str:
    """What a package is, in the words of its summary, without its name: "small web server"."""
    text = re.split(r"\s[-\u2013]{1,2}\s|;|\. |\(|:", short)[0]
    text = re.sub(rf"\b{re.escape(name)}\b", "", text, flags=re.I)
    text = re.sub(r"^(a|an|the|un|une|le|la|les|el|los|las|una)\s+", "", text.strip(), flags=re.I)
    text = re.sub(r"\s+", " ", _NOISE.sub("", text)).strip(" ,.-")
    words = text.split()
    return text.lower() if 0 < len(words) <= MAX_KIND_WORDS else ""


@dataclass(frozen=True)
class Vocabulary:
    """What the corpus offers, and the grammars that use it."""

    packages: Sequence[dict[str, Any]]
    applications: Sequence[dict[str, Any]]
    manuals: Sequence[dict[str, Any]]
    catalogue: Sequence[dict[str, Any]]
    grammars: dict[str, Grammar]


def build(
    packages: Sequence[dict[str, Any]],
    manuals: Sequence[dict[str, Any]],
    catalogue: Sequence[dict[str, Any]],
) -> Vocabulary:
    """Sort the corpus into lists to draw from, and make the grammars."""
    applications = [package for package in packages if is_application(package)]
    weights = [1.0 + package["popular"] ** 2 for package in applications]
    totals = [0.0]
    for weight in weights:
        totals.append(totals[-1] + weight)
    known: list[str] = [package["name"] for package in packages if len(package["name"]) <= MAX_NAME]
    commands = [page["name"] for page in manuals if page["section"] in "18"]

    def package(chance: random.Random) -> str:
        if chance.random() < 0.25:
            return chance.choice(known)
        return str(chance.choices(applications, cum_weights=totals[1:])[0]["name"])

    grammars = {}
    for language in LANGUAGES:
        acts = _list_acts(manuals, language)
        goals, things = _list_phrases(catalogue, language, set(known))
        kinds = _mix_phrases(_list_kinds(applications, language), things)
        grammars[language] = Grammar(
            language,
            {
                "package": package,
                "command": _choose(commands),
                "kind" if language == "en" else "corpus_kind": kinds,
                "act": _choose(acts),
                "goal": _mix_phrases(acts, goals),
                "noise": _list_noise,
            },
        )
    return Vocabulary(packages, applications, manuals, catalogue, grammars)


def _choose(words: Sequence[str]) -> Any:
    return lambda chance: chance.choice(words)


def _mix_phrases(words: Sequence[str], catalogued: Sequence[str]) -> Any:
    def choice(chance: random.Random) -> str:
        return chance.choice(catalogued if chance.random() < CATALOGUED else words)

    return choice if catalogued else _choose(words)


def _list_phrases(
    catalogue: Sequence[dict[str, Any]], language: str, names: set[str]
) -> tuple[list[str], list[str]]:
    """The catalogue's phrases: what somebody wants to do, and what somebody wants to have."""
    goals: list[str] = []
    things: list[str] = []
    infinitive = _INFINITIVE.get(language)
    verbs = _read_english_verbs()
    for intent in catalogue:
        for phrase in map(str, intent[language]):
            first = phrase.split()[0]
            if phrase in names or re.search(r"[][{}()|]", phrase):
                continue
            acts = infinitive.match(first) if infinitive else first in verbs
            (goals if acts and " " in phrase else things).append(phrase)
    return goals, things


def _read_english_verbs() -> frozenset[str]:
    text = grammar.phrases_folder().joinpath("verbs.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(" ".join(lines).split())


def _list_kinds(applications: Sequence[dict[str, Any]], language: str) -> list[str]:
    kinds = (
        find_kind(package["short"][language], package["name"])
        for package in applications
        if language in package["short"]
    )
    return [kind for kind in kinds if len(kind) > 3]


def _list_acts(manuals: Sequence[dict[str, Any]], language: str) -> list[str]:
    """Summaries that begin with a verb: "list directory contents"."""
    phrases = []
    for page in manuals:
        words = page["summary"].split()
        if page["language"] != language or page["section"] not in "18" or len(words) < 3:
            continue
        first = words[0].lower()
        verb = _INFINITIVE.get(language)
        if first.isalpha() and first not in _NO_VERBS and (verb is None or verb.match(first)):
            phrases.append(" ".join([first, *words[1:9]]))
    return phrases


def _list_noise(chance: random.Random) -> str:
    """What a cat types."""
    roll = chance.random()
    if roll < 0.5:
        row = chance.choice(KEYBOARD)
        pieces = []
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(row) - 2)
            pieces.append(row[at : at + chance.randint(3, 7)])
        return " ".join(pieces)
    if roll < 0.8:
        return "".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 10)))
    return "".join(chance.choices("?!.,;:-_#*+()/&%$x0 ", k=chance.randint(1, 8))).strip() or "?"
