"""What is wrong with this machine now: failed units, errors in the journal, its health.

Read only where a question is about a failure.  ``systemctl`` and ``journalctl`` are asked with
fixed, reading arguments and a time limit; what they say is data.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

from cortex_cli.ask.facts import Fact
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cortex_cli.language.question import Question
    from cortex_cli.settings import Settings

# English, French, Spanish; by their beginnings.
FAILURE = re.compile(
    r"fail|error|crash|broke|wrong|problem|trouble|issue|hang|hung|frozen|stuck|refus|denied|slow"
    r"|oom|panic|unreachable|dead|stopped|won$|cannot"
    r"|échou|echou|échec|erreur|plant|panne|problème|bloqu(?:é|ea|ag)|lente?s?$"
    r"|fall[aóeo]|roto|lento"
)
NEGATIONS = frozenset({"not", "doesn", "isn", "don", "never", "pas", "plus", "no"})
WORKING = frozenset(
    """
    work works working start starts run runs running load loads connect boot respond
    marche fonctionne démarre répond funciona arranca inicia responde
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
NAMED_LINES, ERROR_LINES = 12, 8
MAX_UNITS = 8
MAX_LINE_CHARS = 300
# They answer within milliseconds, or something is very wrong with them too.
TIME_LIMIT_S = 3.0
HEALTH_TIMEOUT_S = 1.0
UNIT = re.compile(r"[\w@][\w@:.\\-]*\Z", re.ASCII)
TOPICS = frozenset({"failure"})


def asked_for(question: Question) -> bool:
    """True if ``question`` is about something that does not work."""
    if any(FAILURE.match(word) for word in question.words):
        return True
    return bool(NEGATIONS & question.word_set) and bool(WORKING & question.word_set)


def collect(environ: Mapping[str, str], question: Question) -> list[Fact]:
    """What may explain the failure that ``question`` is about, the most particular first."""
    failed = _failed_units(environ)
    facts = list(_unit_facts(environ, question.content, failed))
    if failed:
        units = ", ".join(failed[:MAX_UNITS])
        facts.append(Fact(f"Failed units: {units}.", "systemctl --failed", TOPICS))
    return facts or _errors(environ)


def _unit_facts(
    environ: Mapping[str, str], named: Sequence[str], failed: Sequence[str]
) -> Iterator[Fact]:
    """The last words of the units that the question names, failed ones first."""
    units = [f"{word}.service" for word in named if UNIT.match(word)][:MAX_UNITS]
    loaded = _loaded(environ, units) if units else []
    for unit in sorted(loaded, key=lambda unit: unit not in failed):
        for line in _journal(environ, "-u", unit, "-n", str(NAMED_LINES)):
            yield Fact(line, f"journal: {unit}", TOPICS)


def _loaded(environ: Mapping[str, str], units: Sequence[str]) -> list[str]:
    lines = _run(environ, "systemctl", "show", "--property=LoadState", "--value", "--", *units)
    states = [line for line in lines if line]
    return [unit for unit, state in zip(units, states, strict=False) if state == "loaded"]


def _failed_units(environ: Mapping[str, str]) -> list[str]:
    listed = _run(environ, "systemctl", "list-units", "--failed", "--plain", "--no-legend")
    return [line.split()[0] for line in listed if line.split()]


def _errors(environ: Mapping[str, str]) -> list[Fact]:
    lines = _journal(environ, "-b", "-p", "err", "-n", str(ERROR_LINES))
    return [Fact(line, "journal: errors since boot", TOPICS) for line in lines]


def _journal(environ: Mapping[str, str], *selection: str) -> list[str]:
    return _run(environ, "journalctl", "--quiet", "--no-pager", "-o", "short-iso", *selection)


def health(settings: Settings) -> list[Fact]:
    """What the daemon measures, where there is one."""
    try:
        with Client(settings.socket_path(), timeout_s=HEALTH_TIMEOUT_S) as client:
            measured = client.call("health")
    except CortexError:
        return []
    said = [sentence for key, text in HEALTH if (sentence := _sentence(measured, key, text))]
    return [Fact(" ".join(said), "cortexd: health", TOPICS)] if said else []


HEALTH = (
    ("cpu_usage_percent", "The processors are {:.0f} % busy."),
    ("memory_usage_percent", "Memory is {:.0f} % used."),
    ("disk_usage_percent", "The disk is {:.0f} % full."),
    ("active_alerts", "{:.0f} alerts are active."),
)


def _sentence(measured: Mapping[str, Any], key: str, text: str) -> str | None:
    value = measured.get(key)
    return text.format(value) if isinstance(value, int | float) else None


def _run(environ: Mapping[str, str], *command: str) -> list[str]:
    try:
        done = subprocess.run(
            command,
            env={**environ, "LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    if done.returncode != 0:
        return []
    lines = done.stdout.decode(errors="replace").splitlines()
    return [line.strip()[:MAX_LINE_CHARS] for line in lines if line.strip()]
