"""What both indexes cost (building, size, renewal), and whether questions find their manuals.

Built as a first ``cortex ask`` builds them: two processes at a time, of CORTEX_APT_LISTS or this
machine's lists and of its manuals.  Asked are questions written by hand before the search over
manuals was tuned (``data/manual_questions.tsv``); only those count whose manual is here.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result, Skipped
from cortex_cli.debian import lists as apt_lists
from cortex_cli.documents.search import Documents
from cortex_cli.index import background
from cortex_cli.index.documents import DocumentSource
from cortex_cli.index.packages import PackageSource
from cortex_cli.language.question import Question

QUESTIONS = Path(__file__).parent / "data" / "manual_questions.tsv"
BUILD_LIMIT_S, SIZE_LIMIT_MB, SEARCH_LIMIT_MS = 20.0, 60.0, 15.0
RENEW_LIMIT_S = 5.0
MB = 10**6
FIRST, FEW = 1, 3


def run(bench: Bench) -> Iterator[Outcome]:
    """Build both, then search."""
    environ = {**os.environ, "CORTEX_CACHE_DIR": str(bench.folder / "both")}
    folder = Path(environ.get("CORTEX_APT_LISTS") or apt_lists.SYSTEM_LISTS)
    if not apt_lists.find_packages(folder):
        yield Skipped("index", "everything", f"no apt lists in {folder}")
        return
    shutil.rmtree(environ["CORTEX_CACHE_DIR"], ignore_errors=True)  # of an earlier attempt
    started = time.monotonic()
    for source in (DocumentSource.find(environ), PackageSource.find(environ)):
        background.prepare(source, environ)
    counts = {}
    for source in (PackageSource.find(environ), DocumentSource.find(environ)):
        table = "package" if source.KIND == PackageSource.KIND else "document"
        counts[table] = _count(source, environ, table)
    took = time.monotonic() - started
    what = f"building both: {counts['package']:,} packages, {counts['document']:,} documents"
    yield Result("index", what, took, BUILD_LIMIT_S, "s")
    files = Path(environ["CORTEX_CACHE_DIR"]).glob("*.sqlite")
    size = sum(path.stat().st_size for path in files) / MB
    yield Result("index", "size of both", size, SIZE_LIMIT_MB, "MB")
    yield from _questions(environ)
    yield _renewal(environ, bench.folder)


def _count(source: PackageSource | DocumentSource, environ: Mapping[str, str], table: str) -> int:
    opened = background.open_fresh(source, environ)
    if opened is None:
        return 0
    (count,) = opened.index.db.execute(f"SELECT count(*) FROM {table}").fetchone()
    opened.index.db.close()
    return int(count)


def _questions(environ: Mapping[str, str]) -> Iterator[Outcome]:
    times: list[float] = []
    first = few = here = 0
    with Documents.open(environ) as documents:
        for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            _, question, names = line.split("\t")
            if not any(documents.find_pages(name) for name in names.split()):
                continue
            here += 1
            started = time.perf_counter()
            found = documents.search(Question(question), FEW)
            times.append((time.perf_counter() - started) * 1000)
            titles = [each.document.name for each in found]
            first += bool(set(names.split()).intersection(titles[:FIRST]))
            few += bool(set(names.split()).intersection(titles))
    if not here:
        yield Skipped("index", "questions to manuals", "none of their manuals is here")
        return
    median = statistics.median(times)
    yield Result("index", "search for a manual, median", median, SEARCH_LIMIT_MS, "ms")
    for what, count in (("first", first), ("first three", few)):
        note = f"{here} questions that name no program"
        yield Result("index", f"manual is {what}", 100 * count / here, 0, "%", True, note)


def _renewal(environ: Mapping[str, str], folder: Path) -> Outcome:
    """One more manual in a folder of its own, beside all others."""
    own = folder / f"man-{time.time_ns()}/man1"  # one that no attempt before this has seen
    own.mkdir(parents=True)
    pages = ":".join(map(str, (own.parent, *DocumentSource.find(environ).places.manuals)))
    both = {**environ, "MANPATH": pages}
    _count(DocumentSource.find(both), both, "document")
    (own / "novelty.1").write_text(".SH NAME\nnovelty \\- something new\n")
    started = time.monotonic()
    _count(DocumentSource.find(both), both, "document")
    took = time.monotonic() - started
    return Result("index", "renewal after one new manual", took, RENEW_LIMIT_S, "s")
