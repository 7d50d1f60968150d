"""A log as lines: who wrote each, how serious it is, and how often it was said.

Knows the shapes of journals, syslog, dmesg, dated program logs and terminal transcripts, in
English, French and Spanish dates.  Repeated lines are kept once.  Pure; knows no catalogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cortex_cli.error_texts.patterns import fold
from cortex_cli.expressions import expression

# A message says what it is about within this; the rest is data that it dumps.
MAX_LINE = 1000
# Beyond this only the first and the last lines are read: the first hold the cause as often
# as the last do.
MAX_LINES = 20_000

_STAMP = expression(
    r"(?:"
    r"\[? ?\d{4}[-/]\d\d[-/]\d\d[T ] ?\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"(?: ?(?:Z|[A-Z]{3,4}|[+-]\d\d:?\d\d)\b)?\]?"
    r"|\[ {0,8}\d{1,8}\.\d{1,9}\]"
    r"|[^\W\d]{3,5}\.? [ \d]?\d \d\d:\d\d:\d\d(?:\.\d{1,9})?"
    r"|\d{1,2} [^\W\d]{3,5}\.? \d\d:\d\d:\d\d"
    r"|\[?[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4}\]?"
    r"|\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r")[:,]?\s+"
)
_SOURCE = expression(
    r"(?P<host>[\w.-]{1,64}) (?P<program>[\w./@+:-]{1,64}?|\([\w./@+-]{1,64}\))"
    r"(?:\[(?P<pid>\d{1,10})\])?: ?"
)
_NAMED = expression(r"(?P<program>[\w./+-]{2,40}?)(?:\[(?P<pid>\d{1,10})\])?: ")
_UNITS = r"service|socket|mount|automount|timer|target|swap|device|scope|slice|path"
UNIT = expression(rf"(?<![\w/-])([\w@.\\:-]{{1,80}}\.(?:{_UNITS}))\b")
_FAILED_UNIT = expression(
    rf"([\w@.\\:-]{{1,80}}\.(?:{_UNITS})): (?:Main process exited|Control process exited|"
    r"Failed|Start request|Scheduled restart|A process of this unit|Unit entered)"
    rf"|(?:Failed to start|Dependency failed for|Failed to mount|Failed to listen on) "
    rf"([\w@.\\:-]{{1,80}}\.(?:{_UNITS}))\b"
)
_PROMPT = expression(r"(?:[\w.@:~/-]{0,60}[$%] |# (?=[a-z./~]{2}[\w./-]{0,40}(?: |$))|>>> )")
_LEVELS = (
    ("debug", expression(r"(?:\[|<|\b)(?:debug\d?|trace|verbose)\b|^D\d{4} ", re.IGNORECASE)),
    ("info", expression(r"(?:\[|<|\b)(?:info|notice|note|log)\b(?!rmation)|^I\d{4} ", re.I)),
    ("warning", expression(r"(?:\[|<|\b)(?:warn|warning|avertissement|aviso|W)\b|^W\d{4} ", re.I)),
    (
        "error",
        expression(
            r"(?:\[|<|\b)(?:error|err|erreur|crit|critical|fatal|emerg|panic|alert|severe|E)\b"
            r"|^[EF]\d{4} ",
            re.IGNORECASE,
        ),
    ),
)
_LEVEL_WITHIN = 48
_DIGITS = expression(r"[0-9a-f]*\d[0-9a-f]*", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """One line; ``message`` is the text after date, host and program."""

    number: int
    text: str
    message: str
    folded: str
    program: str = ""
    host: str = ""
    level: str = ""
    command: bool = False
    count: int = 1


@dataclass(slots=True)
class Log:
    """The lines in order, each once; ``failed_units`` in the order in which they failed."""

    lines: list[Line] = field(default_factory=list)
    failed_units: list[str] = field(default_factory=list)
    folded: str = ""


def read(text: str) -> Log:
    """``text`` in lines."""
    raw = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(raw) > MAX_LINES:
        raw = raw[: MAX_LINES // 2] + raw[-MAX_LINES // 2 :]
    log = Log()
    seen: dict[tuple[str, str], Line] = {}
    for number, whole in raw:
        line = _line(number, whole[:MAX_LINE].rstrip())
        for match in _FAILED_UNIT.finditer(line.message):
            unit = match[1] or match[2]
            if unit not in log.failed_units:
                log.failed_units.append(unit)
        key = (line.program, _DIGITS.sub("0", line.folded))
        if before := seen.get(key):
            before.count += 1
            continue
        seen[key] = line
        log.lines.append(line)
    log.folded = "\n".join(line.folded for line in log.lines)
    return log


def _line(number: int, text: str) -> Line:
    rest, host, program = text.strip(), "", ""
    if stamp := _STAMP.match(rest):
        kernel = rest.startswith("[") and "-" not in stamp[0] and ":" not in stamp[0]
        rest, program = rest[stamp.end() :], "kernel" if kernel else ""
        if not kernel and (source := _SOURCE.match(rest)):
            host, program = source["host"], source["program"].strip("()")
            rest = rest[source.end() :]
        if inner := _STAMP.match(rest):  # a program that dates its lines itself
            rest = rest[inner.end() :]
    command = not host and bool(_PROMPT.match(rest))
    if not program and not command and (named := _NAMED.match(rest)):
        program = named["program"]
    program = program.rsplit("/", 1)[-1]
    return Line(number, text, rest, fold(rest), program, host, _level(rest), command)


def _level(message: str) -> str:
    start = message[:_LEVEL_WITHIN]
    levels = [(match.start(), name) for name, one in _LEVELS if (match := one.search(start))]
    return min(levels)[1] if levels else ""
