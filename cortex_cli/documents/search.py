"""Searches this machine's manuals, units and README.Debian files.

A question that names no program ("which process listens on a port") finds pages by its terms:
how many of them a page has, and how many of those in its name and summary.  Deterministic;
nothing is run and no model is asked.
"""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from cortex_cli import output
from cortex_cli.debian.manpages import COMMAND_SECTIONS, Manual
from cortex_cli.documents.passages import WeightedTerms
from cortex_cli.index import background, texts
from cortex_cli.index.documents import DocumentSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortex_cli.language.question import Question
    from cortex_cli.language.terms import Term

# A hit in the name or the summary says most about a page.
COLUMN_WEIGHTS = "4.0, 6.0, 2.0, 1.0"
MAX_CANDIDATES = 60
MAX_TERMS = 12
# These pages are read paragraph by paragraph, which takes time.
MAX_PAGES_READ = 4
# A term in more documents than this is not informative, however many there are.
MAX_COUNTED = 2000
SUMMARY_WEIGHT, BM25_WEIGHT = 1.0, 0.3
# Questions are mostly about commands; units and README files must match better.
PRIORS = {texts.MAN: 0.0, texts.UNIT: -0.3, texts.README: -0.5}
OTHER_SECTION_PRIOR = -0.15
# One of many pages of a program is only meant if the question names the program.
FAMILY_PRIOR = -0.15


@dataclass(frozen=True, slots=True)
class Document:
    """A manual page, a unit or a README.Debian, and the path of its file."""

    number: int
    path: str
    kind: str
    name: str
    section: str
    family: int
    summary: str

    @property
    def title(self) -> str:
        """The name to show: ``ss(8)``, ``ssh.service``."""
        return f"{self.name}({self.section})" if self.kind == texts.MAN else self.name

    @property
    def source(self) -> str:
        """How an answer cites it: ``man ss(8)``, ``unit: ssh.service``."""
        if self.kind == texts.MAN:
            return f"man {self.title}"
        return f"unit: {self.name}" if self.kind == texts.UNIT else f"README.Debian of {self.name}"

    def paragraphs(self) -> list[str]:
        """Read its current text, paragraph by paragraph."""
        text = texts.read_text(self.path)
        if self.kind == texts.MAN:
            return Manual(self.name, self.section, text).paragraphs
        if self.kind == texts.UNIT:
            return [line for line in text.splitlines() if "=" in line]
        return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document that answers a question, and the paragraphs that do.

    ``covered`` is the share of the question's terms, by weight, that its summary and those
    paragraphs have; 0 to 1.
    """

    document: Document
    paragraphs: tuple[str, ...]
    score: float
    covered: float


class Documents:
    """Read access to the index of documents; every method gives repeatable results."""

    def __init__(self, db: sqlite3.Connection | None) -> None:
        self._db = db

    @classmethod
    def open(cls, environ: Mapping[str, str], *, wait: bool = True) -> Self:
        """Open this machine's index, as ``Knowledge.open`` does.

        Raises:
            Failure: the index cannot be built.
        """
        opened = background.open_index(DocumentSource.find(environ), environ, wait=wait)
        if opened is None:
            return cls(None)
        if opened.stale:
            output.talk(opened.describe("the manuals have changed"))
        return cls(opened.index.db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._db:
            self._db.close()

    def __len__(self) -> int:
        return self._query("SELECT count(*) FROM document")[0][0] if self._db else 0

    def find_named(self, name: str) -> list[Document]:
        """Return the units and README.Debian files of exactly this name."""
        names = [f"{name}.service", f"{name}.socket", name]
        marks = ", ".join("?" * len(names))
        return self._select(
            f"kind <> 'man' AND name IN ({marks}) ORDER BY kind DESC, name",  # unit, readme
            names,
        )

    def find_pages(self, name: str) -> list[Document]:
        """Return the manual pages of exactly this name."""
        return self._select("kind = 'man' AND name = ? ORDER BY section", [name])

    def search(self, question: Question, limit: int = 3) -> list[DocumentHit]:
        """Return the documents that cover most of ``question``, best first."""
        if not self._db:
            return []
        terms = question.manual_terms[:MAX_TERMS]
        weighted = WeightedTerms.weigh(terms, self._weigh_terms(terms))
        hits = []
        for document, score in self._rank_candidates(weighted)[:MAX_PAGES_READ]:
            # A single word occurs anywhere: it must be in the name or the summary.
            described = f"{document.name} {document.summary}"
            if len(weighted.shares) == 1 and not weighted.occurs_in(described):
                continue
            paragraphs, covered = weighted.select_paragraphs(
                document.summary, document.paragraphs()
            )
            hits.append(DocumentHit(document, paragraphs, score + 2 * covered, covered))
        hits.sort(key=lambda hit: (-hit.score, hit.document.name))
        return hits[:limit]

    def _rank_candidates(self, weighted: WeightedTerms) -> list[tuple[Document, float]]:
        """Return the likeliest documents, by the index alone, and their scores."""
        queries = weighted.build_queries()
        if not queries:
            return []
        rows = self._query(
            f"SELECT rowid, -bm25(said, {COLUMN_WEIGHTS}) FROM said WHERE said MATCH ?"  # noqa: S608
            " ORDER BY 2 DESC LIMIT ?",
            [" OR ".join(query for query, _ in queries), MAX_CANDIDATES],
        )
        if not rows:
            return []
        best = max(score for _, score in rows) or 1.0
        scores = {number: BM25_WEIGHT * score / best for number, score in rows}
        among = ", ".join(map(str, scores))
        # +rowid: each query runs once and is filtered, instead of once for each candidate.
        for query, weight in queries:
            for column, share in (("", 1.0), ("{name summary} : ", SUMMARY_WEIGHT)):
                hits = self._query(
                    f"SELECT rowid FROM said WHERE said MATCH ? AND +rowid IN ({among})",  # noqa: S608
                    [f"{column}({query})"],
                )
                for (number,) in hits:
                    scores[number] += share * weight
        documents = self._select(f"id IN ({among})", [])
        ranked = [
            (document, scores[document.number] + _get_prior(document)) for document in documents
        ]
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0].name))

    def _weigh_terms(self, terms: Sequence[Term]) -> dict[str, float]:
        """Return the weight of each term, by its rarity among the documents."""
        total = self._total
        weights = {}
        for term in terms:
            counts = [
                self._query(
                    "SELECT count(*) FROM (SELECT 1 FROM said WHERE said MATCH ? LIMIT ?)",
                    [query, MAX_COUNTED],
                )[0][0]
                for query in WeightedTerms.build_phrases(term)
            ]
            weights[term.stem] = math.log(1 + total / (1 + max(counts, default=0)))
        return weights

    @cached_property
    def _total(self) -> int:
        return len(self) or 1

    def _select(self, where: str, values: Sequence[str | int]) -> list[Document]:
        rows = self._query(
            f"SELECT id, path, kind, name, section, family, summary FROM document WHERE {where}",  # noqa: S608
            values,
        )
        return [Document(*row) for row in rows]

    def _query(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        if not self._db:
            return []
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def _get_prior(document: Document) -> float:
    prior = PRIORS[document.kind]
    if document.kind == texts.MAN and not document.section.startswith(COMMAND_SECTIONS):
        prior += OTHER_SECTION_PRIOR
    return prior + FAMILY_PRIOR * math.log(document.family)
