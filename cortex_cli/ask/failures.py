"""Collects what is wrong with this machine now: failed units, journal errors, its health.

Only used if a question is about a failure.  ``systemctl`` and ``journalctl`` run with fixed,
read-only arguments and a timeout; their output is data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cortex_cli import programs
from cortex_cli.ask.facts import Fact
from cortex_cli.expressions import expression
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.language.question import Question
    from cortex_cli.settings import Settings

# English, French and Spanish words, by their prefixes.
FAILURE_WORD = expression(
    r"fail|error|crash|broke|wrong|problem|trouble|issue|hang|hung|frozen|stuck|refus|denied|slow"
    r"|oom|panic|unreachable|dead|stopped|won$|cannot"
    r"|échou|echou|échec|erreur|plant|panne|problème|bloqu(?:é|ea|ag)|lente?s?$"
    r"|fall[aóeo]|roto|lento"
)
NEGATIONS = frozenset({"not", "doesn", "isn", "don", "never", "pas", "plus", "no"})
WORKING_WORDS = frozenset(
    """
    work works working start starts run runs running load loads connect boot respond
    marche fonctionne démarre répond funciona arranca inicia responde
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
MAX_UNIT_LINES, MAX_ERROR_LINES = 12, 8
MAX_UNITS = 8
MAX_LINE_CHARS = 300
HEALTH_TIMEOUT_S = 1.0
UNIT_NAME = expression(r"[\w@][\w@:.\\-]*\Z", re.ASCII)
TOPICS = frozenset({"failure"})


def is_about_failure(question: Question) -> bool:
    """True if ``question`` is about something that does not work."""
    if any(FAILURE_WORD.match(word) for word in question.words):
        return True
    return bool(NEGATIONS & question.word_set) and bool(WORKING_WORDS & question.word_set)


def collect(environ: Mapping[str, str], question: Question) -> list[Fact]:
    """Return what may explain the failure in ``question``, the most specific first."""
    failed = _list_failed_units(environ)
    facts = list(_read_unit_journals(environ, question.content, failed))
    if failed:
        units = ", ".join(failed[:MAX_UNITS])
        facts.append(Fact(f"Failed units: {units}.", "systemctl --failed", TOPICS))
    return facts or _read_boot_errors(environ)


def _read_unit_journals(
    environ: Mapping[str, str], named: Sequence[str], failed: Sequence[str]
) -> Iterator[Fact]:
    """Yield the last journal lines of the named units, failed ones first."""
    units = [f"{word}.service" for word in named if UNIT_NAME.match(word)][:MAX_UNITS]
    loaded = _find_loaded(environ, units) if units else []
    for unit in sorted(loaded, key=lambda unit: unit not in failed):
        for line in _read_journal(environ, "-u", unit, "-n", str(MAX_UNIT_LINES)):
            yield Fact(line, f"journal: {unit}", TOPICS)


def _find_loaded(environ: Mapping[str, str], units: Sequence[str]) -> list[str]:
    lines = _run(environ, "systemctl", "show", "--property=LoadState", "--value", "--", *units)
    states = [line for line in lines if line]
    return [unit for unit, state in zip(units, states, strict=False) if state == "loaded"]


def _list_failed_units(environ: Mapping[str, str]) -> list[str]:
    lines = _run(environ, "systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return [line.split()[0] for line in lines if line.split()]


def _read_boot_errors(environ: Mapping[str, str]) -> list[Fact]:
    lines = _read_journal(environ, "-b", "-p", "err", "-n", str(MAX_ERROR_LINES))
    return [Fact(line, "journal: errors since boot", TOPICS) for line in lines]


def _read_journal(environ: Mapping[str, str], *selection: str) -> list[str]:
    return _run(environ, "journalctl", "--quiet", "--no-pager", "-o", "short-iso", *selection)


def read_health(settings: Settings) -> list[Fact]:
    """Return what the daemon measures; nothing if there is no daemon."""
    try:
        with Client(settings.socket_path(), timeout_s=HEALTH_TIMEOUT_S) as client:
            measured = client.call("health")
    except CortexError:
        return []
    sentences = [
        sentence
        for key, template in HEALTH_SENTENCES
        if (sentence := _format_measurement(measured, key, template))
    ]
    return [Fact(" ".join(sentences), "cortexd: health", TOPICS)] if sentences else []


HEALTH_SENTENCES = (
    ("cpu_usage_percent", "CPU usage is {:.0f} %."),
    ("memory_usage_percent", "Memory usage is {:.0f} %."),
    ("disk_usage_percent", "Disk usage is {:.0f} %."),
    ("active_alerts", "Active alerts: {:.0f}."),
)


def _format_measurement(measured: Mapping[str, Any], key: str, template: str) -> str | None:
    value = measured.get(key)
    return template.format(value) if isinstance(value, int | float) else None


def _run(environ: Mapping[str, str], *command: str) -> list[str]:
    lines = programs.output_of(environ, *command).splitlines()
    return [line.strip()[:MAX_LINE_CHARS] for line in lines if line.strip()]
