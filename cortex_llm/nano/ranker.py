"""Ranks packages for a request without any model: what the model's choice is measured against.

BM25 over names, summaries, descriptions and tags in SQLite, and simple priors: how much other
packages wish for a package, programs before libraries, an exact name before all. It makes the
candidates of training and evaluation; the product's own index ranks with more care.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

POOL = 60  # BM25's best, which the priors then order
WEIGHTS = (2.0, 4.0, 1.0, 2.0)  # name, summary, description, tags
POPULAR, LIBRARY, PROGRAM, EXACT = 1.5, -4.0, 2.0, 8.0
_PARTS = re.compile(r"-(dev|doc|dbg|dbgsym|data|common|examples|tests)$|^lib(?!reoffice)")
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an the i me my we us you your it is are to for of in on and or with that this can could"
        " please install need want get have something some any good which what program tool"
        " software app application package un une le la les de des du d l pour et avec je j ai"
        " besoin qui que installer installe el los las una unos para y con algo quiero necesito"
        " instalar instala por favor programa logiciel outil quelque chose machine",
    )
)


class Ranker:
    """An index over packages, as the corpus holds them."""

    def __init__(self, packages: Iterable[dict[str, Any]], language: str = "en") -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "create virtual table p using"
            " fts5(name, short, long, tags, tokenize='porter unicode61')"
        )
        self._packages: dict[str, dict[str, Any]] = {}
        for package in packages:
            short = package["short"].get(language)
            if short:
                self._packages[package["name"]] = package
                self._db.execute(
                    "insert into p values (?,?,?,?)",
                    (package["name"], short, package["long"].get(language, ""), _words(package)),
                )

    def rank(self, request: str, count: int) -> list[str]:
        """The best `count` names for a request, best first."""
        terms = dict.fromkeys(
            word for word in re.findall(r"\w+", request.lower()) if word not in _STOP
        )
        if not terms:
            return []
        query = " OR ".join(f'"{word}"' for word in terms)
        rows = self._db.execute(
            "select name, bm25(p, ?, ?, ?, ?) from p where p match ? order by 2 limit ?",
            (*WEIGHTS, query, POOL),
        )
        scored = sorted((self._prior(name, terms) - score, name) for name, score in rows)
        return [name for _, name in reversed(scored)][:count]

    def _prior(self, name: str, words: dict[str, Any]) -> float:
        package = self._packages[name]
        score: float = POPULAR * package["popular"]
        score += LIBRARY if _PARTS.search(name) else 0.0
        score += PROGRAM if "role::program" in package["tags"] else 0.0
        return score + (EXACT if name in words else 0.0)


def _words(package: dict[str, Any]) -> str:
    plain = (tag.split("::", 1)[-1] for tag in package["tags"])
    return " ".join(plain).replace("-", " ").replace(":", " ")


def is_application(package: dict[str, Any]) -> bool:
    """Whether people would ask for it, as far as its name and section tell."""
    return not _PARTS.search(package["name"]) and package["section"].split("/")[-1] not in (
        *("libs", "libdevel", "oldlibs", "debug", "introspection", "kernel", "localization"),
        *("rust", "golang", "haskell", "javascript", "perl", "ruby", "python", "php", "java"),
    )
