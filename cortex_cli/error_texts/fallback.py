"""The most telling line of a log that no entry of the catalogue explains.

Says honestly that the cause is not known, and quotes the line to read first.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.error_texts import phrasing, placeholders, ranking
from cortex_cli.error_texts.patterns import fold
from cortex_cli.expressions import expression
from cortex_cli.finding import Finding

if TYPE_CHECKING:
    from cortex_cli.error_texts.log_lines import Line, Log

CONFIDENCE = 0.3
# Words of causes, of errors, and of what only reports that something failed; en, fr, es.
_CAUSE = expression(
    r"\b(?:denied|refused|missing|not found|no such|cannot|can't|could not|couldn't|unable|invalid|"
    r"unknown|unexpected|corrupt\w*|exceeded|exhausted|full|too (?:many|large|long|old|small)|"
    r"not permitted|not allowed|unsupported|mismatch|expired|timed? ?out|timeout|syntax|"
    r"introuvable|impossible|refusee?|interdite?|invalide|inconnue?|aucun|manquante?|"
    r"no existe|no se p(?:uede|udo)|denegado|rechazad[oa]|invalid[oa]|desconocid[oa]|falta)\b"
)
_ERROR = expression(
    r"\b(?:error|err|fatal|panic|critical|crit|exception|abort\w*|erreur|fatale?|echec|fallo)\b"
    r"|\w(?:error|exception)\b"
)
_FAILED = expression(r"\b(?:fail(?:ed|ure|s|ing)?|echoue\w*|fall(?:o|ado))\b")
_REPORTS = expression(
    r"main process exited|control process exited|failed with result|failed to start|"
    r"entered failed state|scheduled restart|start request repeated|dependency failed"
)
CAUSE, ERROR, FAILED, REPORT = 6.0, 6.0, 2.0, -6.0


def find_most_telling(log: Log, question: str) -> Line | None:
    """The line that most likely names the cause; None where no line speaks of an error."""
    asked = ranking.Asked(question, log)
    best, highest = None, 0.0
    for line in log.lines:
        if line.command:
            continue
        evidence = (
            CAUSE * bool(_CAUSE.search(line.folded))
            + ERROR * bool(_ERROR.search(line.folded))
            + FAILED * bool(_FAILED.search(line.folded))
        )
        if not evidence:
            continue
        value = (
            evidence
            + REPORT * bool(_REPORTS.search(line.folded))
            + ranking.LEVEL_WEIGHTS.get(line.level, 0.0)
        )
        if any(one.search(line.folded) for one in ranking.noise()):
            continue
        if ranking.is_of_failed_unit(line, log):
            value += ranking.OF_FAILED
        value += asked.nearness(line)
        if value > highest:  # the first of equals: a cause comes before what it brings about
            best, highest = line, value
    return best


def build_finding(log: Log, question: str, language: str) -> Finding | None:
    """What can be said of ``log`` without an entry; None where nothing in it failed."""
    line = find_most_telling(log, question)
    if line is None:
        return None
    quote = phrasing.quote(line.message)
    name = "telling_of" if line.program else "telling"
    unit = next(
        (
            one
            for one in log.failed_units
            if ranking.is_alike(fold(line.program), fold(one.rsplit(".", 1)[0]))
        ),
        log.failed_units[0] if log.failed_units else "",
    )
    unit = placeholders.clean(unit)
    lines = [
        phrasing.say("unknown", language),
        phrasing.say(name, language, number=line.number, program=line.program, line=quote),
        phrasing.say("look_unit" if unit else "look", language, unit=unit),
    ]
    from cortex_cli.error_texts import commands

    shown = (commands.fill_command("journalctl -u {unit} -n 100 --no-pager", {"unit": unit}),)
    return Finding(
        kind=phrasing.KIND,
        confidence=CONFIDENCE,
        text="\n".join(lines),
        commands=shown if unit else (),
        sources=(f"line {line.number} of the log",),
    )
