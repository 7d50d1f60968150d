"""What this machine's manuals, units and README.Debian files say, found by what is asked.

A question that names no program ("which process listens on a port") finds pages by its terms:
how much of them a page has, and how much of that in its name and summary.  Deterministic;
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
from cortex_cli.documents.passages import Wanted
from cortex_cli.index import background, texts
from cortex_cli.index.documents import DocumentSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cortex_cli.language.question import Question
    from cortex_cli.language.terms import Term

# A hit in the name or the summary says most about a page.
COLUMN_WEIGHTS = "4.0, 6.0, 2.0, 1.0"
POOL = 60
MAX_TERMS = 12
# Pages are opened and read paragraph by paragraph: few at a time.
READ = 4
# A term of more documents than this tells nothing, however many more.
COMMON = 2000
IN_SUMMARY, WORD = 1.0, 0.3
# Questions are mostly about commands; units and README files are found where they say it all.
PRIORS = {texts.MAN: 0.0, texts.UNIT: -0.3, texts.README: -0.5}
OTHER_SECTIONS = -0.15
# One of many pages of one program is meant where the question names that program.
FAMILY = -0.15


@dataclass(frozen=True, slots=True)
class Document:
    """A page, a unit or a README.Debian, and where its file is."""

    number: int
    path: str
    kind: str
    name: str
    section: str
    family: int
    summary: str

    @property
    def title(self) -> str:
        """As a passage names it."""
        return f"{self.name}({self.section})" if self.kind == texts.MAN else self.name

    @property
    def source(self) -> str:
        """As an answer cites it: ``man ss(8)``, ``unit: ssh.service``."""
        if self.kind == texts.MAN:
            return f"man {self.title}"
        return f"unit: {self.name}" if self.kind == texts.UNIT else f"README.Debian of {self.name}"

    def paragraphs(self) -> list[str]:
        """Its text as it is now, paragraph by paragraph."""
        text = texts.content(self.path)
        if self.kind == texts.MAN:
            return Manual(self.name, self.section, text).paragraphs
        if self.kind == texts.UNIT:
            return [line for line in text.splitlines() if "=" in line]
        return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class Found:
    """A document that answers a question, and the paragraphs that do.

    ``covered`` is the share of the question that its summary and those paragraphs say, by how
    much each word tells; 0 to 1.
    """

    document: Document
    telling: tuple[str, ...]
    score: float
    covered: float


class Documents:
    """Read access to the index; every method is a question with a repeatable answer."""

    def __init__(self, db: sqlite3.Connection | None) -> None:
        self._db = db

    @classmethod
    def open(cls, environ: Mapping[str, str], *, wait: bool = True) -> Self:
        """Open this machine's index, as ``Knowledge.open`` does.

        Raises:
            Failure: it cannot be built.
        """
        opened = background.open_index(DocumentSource.find(environ), environ, wait=wait)
        if opened is None:
            return cls(None)
        if opened.older:
            output.talk(opened.note("manuals have changed since they were read"))
        return cls(opened.found.db)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._db:
            self._db.close()

    def __len__(self) -> int:
        return self._rows("SELECT count(*) FROM document")[0][0] if self._db else 0

    def named(self, name: str) -> list[Document]:
        """The units and README.Debian files of exactly this name."""
        units = [f"{name}.service", f"{name}.socket", name]
        marks = ", ".join("?" * len(units))
        return self._documents(
            f"kind <> 'man' AND name IN ({marks}) ORDER BY kind DESC, name",  # unit, readme
            units,
        )

    def page(self, name: str) -> list[Document]:
        """The manual pages of exactly this name."""
        return self._documents("kind = 'man' AND name = ? ORDER BY section", [name])

    def search(self, question: Question, limit: int = 3) -> list[Found]:
        """The documents that say most of ``question``, best first."""
        if not self._db:
            return []
        terms = question.manual_terms[:MAX_TERMS]
        wanted = Wanted.of(terms, self._rarity(terms))
        found = []
        for document, score in self._pool(wanted)[:READ]:
            # One word alone is anywhere: only what a page is for is about it.
            if len(wanted.shares) == 1 and not wanted.says(f"{document.name} {document.summary}"):
                continue
            telling, covered = wanted.telling(document.summary, document.paragraphs())
            found.append(Found(document, telling, score + 2 * covered, covered))
        found.sort(key=lambda one: (-one.score, one.document.name))
        return found[:limit]

    def _pool(self, wanted: Wanted) -> list[tuple[Document, float]]:
        """The likeliest documents by what the index knows of them."""
        queries = wanted.queries()
        if not queries:
            return []
        rows = self._rows(
            f"SELECT rowid, -bm25(said, {COLUMN_WEIGHTS}) FROM said WHERE said MATCH ?"  # noqa: S608
            " ORDER BY 2 DESC LIMIT ?",
            [" OR ".join(query for query, _ in queries), POOL],
        )
        if not rows:
            return []
        best = max(score for _, score in rows) or 1.0
        scores = {number: WORD * score / best for number, score in rows}
        among = ", ".join(map(str, scores))
        # +rowid: looked for among the hits, not the hits anew for each of them.
        for query, weight in queries:
            for column, share in (("", 1.0), ("{name summary} : ", IN_SUMMARY)):
                hits = self._rows(
                    f"SELECT rowid FROM said WHERE said MATCH ? AND +rowid IN ({among})",  # noqa: S608
                    [f"{column}({query})"],
                )
                for (number,) in hits:
                    scores[number] += share * weight
        documents = self._documents(f"id IN ({among})", [])
        judged = [(one, scores[one.number] + _prior(one)) for one in documents]
        return sorted(judged, key=lambda pair: (-pair[1], pair[0].name))

    def _rarity(self, said: Sequence[Term]) -> dict[str, float]:
        """How much each term tells, by its rarity among the documents."""
        total = self._count
        weights = {}
        for term in said:
            counts = [
                self._rows(
                    "SELECT count(*) FROM (SELECT 1 FROM said WHERE said MATCH ? LIMIT ?)",
                    [query, COMMON],
                )[0][0]
                for query in Wanted.forms(term)
            ]
            weights[term.stem] = math.log(1 + total / (1 + max(counts, default=0)))
        return weights

    @cached_property
    def _count(self) -> int:
        return len(self) or 1

    def _documents(self, where: str, values: Sequence[str | int]) -> list[Document]:
        rows = self._rows(
            f"SELECT id, path, kind, name, section, family, summary FROM document WHERE {where}",  # noqa: S608
            values,
        )
        return [Document(*row) for row in rows]

    def _rows(self, query: str, values: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        if not self._db:
            return []
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def _prior(document: Document) -> float:
    prior = PRIORS[document.kind]
    if document.kind == texts.MAN and not document.section.startswith(COMMAND_SECTIONS):
        prior += OTHER_SECTIONS
    return prior + FAMILY * math.log(document.family)
