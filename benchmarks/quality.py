"""How often the right package is found: by the lists, the catalogue, the model, all together.

Asked are requests kept apart (``data/frozen.tsv``, or the file that CORTEX_QUALITY_REQUESTS
names: request, TAB, acceptable packages), those that were tuned on, AppStream summaries and
commands of the lists.  The model is the built-in one, served for the occasion.
CORTEX_APT_LISTS names a folder with descriptions and AppStream data; ``python -m
benchmarks.learn FOLDER`` fetches one.  Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import contextlib
import math
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import independent
from benchmarks.independent import Request
from benchmarks.programs import CORTEX, Bench
from benchmarks.report import Outcome, Result, Skipped
from cortex_cli.debian import dpkg_status
from cortex_cli.debian import lists as apt_lists
from cortex_cli.errors import NothingFound
from cortex_cli.index.packages import open_index
from cortex_cli.install import model_choice, selection
from cortex_cli.language.question import Question
from cortex_cli.model import provider
from cortex_cli.packages.knowledge import Knowledge
from cortex_cli.settings import Settings
from tests.support.model_server import CHECKOUT

DATA = Path(__file__).parent / "data"
REQUESTS = DATA / "requests.tsv"
# What phrases and weights were chosen on; frozen.tsv is not, and is what counts.
TUNING = (REQUESTS, DATA / "tuning.tsv")
FROZEN = DATA / "frozen.tsv"
SAMPLE, QUICK_SAMPLE = 200, 50
REPLIES, QUICK_REPLIES = 9, 3
SEARCH_ROUNDS = 3
FIRST_LIMIT, FIVE_LIMIT = 85.0, 95.0
SEARCH_LIMIT_MS, REPLY_LIMIT_S = 15.0, 1.5
CONFIDENCE = 1.96
INDEX_VARIABLES = ("CORTEX_APT_LISTS", "CORTEX_CACHE_DIR", "CORTEX_DPKG_STATUS")

Method = Callable[[Knowledge, str], list[str]]


def run(bench: Bench) -> Iterator[Outcome]:
    """Every set by every method, what does not exist, and the times."""
    environ = {"CORTEX_CACHE_DIR": str(bench.folder / "index"), **os.environ}
    folder = Path(environ.get("CORTEX_APT_LISTS") or apt_lists.SYSTEM_LISTS)
    if not apt_lists.find_packages(folder):
        yield Skipped("quality", "everything", f"no apt lists in {folder}")
        return
    named: set[str] = set()
    with Knowledge.open(environ) as knowledge:
        yield from _by_hand(bench, knowledge, environ, named)
        yield from _independent(knowledge, folder, environ, named, quick=bench.quick)
        known = _every_name(folder) | dpkg_status.read(environ).packages.keys()
        yield Result("quality", "packages named that do not exist", len(named - known), 0, "")
        yield _search_time(knowledge)
    yield _reply_time(bench, environ, "search", "--json")
    yield _reply_time(bench, environ, "install", "--dry-run", "--json")


def requests(path: Path) -> list[Request]:
    """The requests of a file: language and TAB may come first."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            *language, text, packages = line.split("\t")
            found.append(Request(text, "".join(language), frozenset(packages.split())))
    return found


def by_lists(knowledge: Knowledge, text: str) -> list[str]:
    """What the words of the package lists find."""
    return [hit.package.name for hit in knowledge.search(Question(text), catalogue=False)]


def by_catalogue(knowledge: Knowledge, text: str) -> list[str]:
    """What the best intents name first, then the rest of the best."""
    matches = knowledge.matches(Question(text))
    names = [match.packages[0] for match in matches]
    return list(
        dict.fromkeys(names[:1] + list(matches[0].packages[1:4]) + names if matches else [])
    )


def together(knowledge: Knowledge, text: str) -> list[str]:
    """What ``cortex install`` would offer without a model."""
    choice = selection.choose(text, knowledge)
    if choice is None:
        return [hit.package.name for hit in selection.find_candidates(text, knowledge)]
    names = [package.name for package in choice.packages]
    return list(dict.fromkeys([*names, *choice.alternatives]))


METHODS: dict[str, Method] = {
    "lists": by_lists,
    "catalogue": by_catalogue,
    "together": together,
}


def _by_hand(
    bench: Bench, knowledge: Knowledge, environ: dict[str, str], named: set[str]
) -> Iterator[Outcome]:
    asked = requests(Path(environ.get("CORTEX_QUALITY_REQUESTS") or FROZEN))
    for name, method in METHODS.items():
        limits = (FIRST_LIMIT, FIVE_LIMIT) if name == "together" else (0.0, 0.0)
        yield from _measured(f"kept apart, {name}", asked, knowledge, method, named, limits=limits)
    for language in sorted({request.language for request in asked} - {""}):
        part = [request for request in asked if request.language == language]
        yield from _measured(f"kept apart, {language}", part, knowledge, together, named)
    for path in TUNING:
        what = f"tuned on, {path.stem}, together"
        yield from _measured(what, requests(path), knowledge, together, named)
    part = asked[:: len(asked) // QUICK_SAMPLE or 1] if bench.quick else asked
    yield from _with_model(bench, part, knowledge, environ, named)


def _with_model(
    bench: Bench,
    asked: Sequence[Request],
    knowledge: Knowledge,
    environ: dict[str, str],
    named: set[str],
) -> Iterator[Outcome]:
    """By the built-in model among the ranking's candidates, and as ``cortex install`` asks it."""
    with bench.builtin_model() as server, bench.cortexd(server.url) as daemon:
        settings = Settings({**environ, **bench.user_environment(daemon), **_index_of(environ)})

        def by_model(_: Knowledge, text: str) -> list[str]:
            hits = selection.find_candidates(text, knowledge)
            if not hits:
                return []
            with contextlib.closing(provider.choose(settings)) as source:
                picked = model_choice.ask_model(source, source.model().profile, text, hits)
            names = [hit.package.name for hit in hits]
            return list(dict.fromkeys([*(picked or []), *names]))

        def planned(_: Knowledge, text: str) -> list[str]:
            try:
                plan = selection.plan_install(settings, text)
            except NothingFound:
                return []
            return [*(package.name for package in plan.packages), *plan.alternatives]

        yield from _measured("kept apart, model", asked, knowledge, by_model, named)
        yield from _measured("kept apart, all with the model", asked, knowledge, planned, named)


def _index_of(environ: dict[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in INDEX_VARIABLES if name in environ}


def _independent(
    knowledge: Knowledge, folder: Path, environ: dict[str, str], named: set[str], *, quick: bool
) -> Iterator[Outcome]:
    count = QUICK_SAMPLE if quick else SAMPLE
    db = open_index(environ)
    sets = {
        "AppStream": [one for one in independent.appstream(folder) if one.language == "en"],
        "commands": independent.commands(db) if db else [],
    }
    for name, found in sets.items():
        if not found:
            yield Skipped("quality", name, f"{folder} has no such data")
            continue
        asked = list(independent.sampled(found, count))
        for method in ("lists", "together"):
            yield from _measured(f"{name}, {method}", asked, knowledge, METHODS[method], named)


def _measured(
    what: str,
    asked: Sequence[Request],
    knowledge: Knowledge,
    method: Method,
    named: set[str],
    *,
    limits: tuple[float, float] = (0.0, 0.0),
) -> Iterator[Result]:
    first = five = 0
    for request in asked:
        names = method(knowledge, request.text)
        named.update(names)
        first += bool(request.packages.intersection(names[:1]))
        five += bool(request.packages.intersection(names[:5]))
    for place, count, limit in (("first", first, limits[0]), ("first five", five, limits[1])):
        low, high = wilson(count, len(asked))
        note = f"{100 * low:.0f} to {100 * high:.0f} %, {len(asked)} requests"
        share = 100 * count / len(asked)
        yield Result("quality", f"{what}: {place}", share, limit, "%", at_least=True, note=note)


def wilson(right: int, asked: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    share, spread = right / asked, CONFIDENCE**2 / asked
    middle = share + spread / 2
    half = CONFIDENCE * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def _every_name(folder: Path) -> set[str]:
    """The packages of the lists, read without the index."""
    names = set()
    for listed in apt_lists.find_packages(folder):
        for stanza in apt_lists.read_stanzas(listed.path):
            for line in stanza.splitlines():
                if line.startswith(b"Package: "):
                    names.add(line[9:].decode().strip())
    return names


def _search_time(knowledge: Knowledge) -> Result:
    times = []
    for request in requests(REQUESTS):
        rounds = []
        for _ in range(SEARCH_ROUNDS):
            started = time.perf_counter()
            knowledge.search(Question(request.text))
            rounds.append((time.perf_counter() - started) * 1000)
        times.append(min(rounds))  # others on the machine make it slower, nothing faster
    what = f"search over {len(knowledge):,} packages"
    return Result("quality", what, statistics.median(times), SEARCH_LIMIT_MS, "ms")


def _reply_time(bench: Bench, environ: dict[str, str], *words: str) -> Result:
    times = []
    for request in requests(REQUESTS)[: QUICK_REPLIES if bench.quick else REPLIES]:
        started = time.perf_counter()
        subprocess.run(
            [*CORTEX, *words, request.text],
            env=environ,
            cwd=CHECKOUT,
            capture_output=True,
            check=False,
        )
        times.append(time.perf_counter() - started)
    what = f"cortex {' '.join(words)}, a whole reply"
    return Result("quality", what, statistics.median(times), REPLY_LIMIT_S, "s")
