"""Puts an entry into words: the cause first, its evidence, how to tell, what to do.

Text from a log is quoted as data: on one line, shortened, without control characters.  Pure.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli import compiled
from cortex_cli.error_texts import commands
from cortex_cli.error_texts.placeholders import fill
from cortex_cli.finding import Finding
from cortex_cli.output import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cortex_cli.error_texts.entries import Entry
    from cortex_cli.error_texts.log_lines import Line

WORDING = Path(__file__).with_name("wording.yaml")
KIND = "failure"
# A screen line or two; what a message says is at its beginning.
MAX_QUOTED = 160
MAX_CAUSES, MAX_CONFIRM, MAX_COMMANDS = 4, 3, 4


@lru_cache(1)
def load_wording() -> Mapping[str, Mapping[str, str]]:
    """The sentences by language and name."""
    table: Mapping[str, Mapping[str, str]] = compiled.read_yaml(WORDING)
    return table


def say(sentence: str, language: str, **values: object) -> str:
    """One sentence of the wording; English where the language has none."""
    table = load_wording()
    return table.get(language, table["en"])[sentence].format(**values)


def quote(text: str) -> str:
    """``text`` on one line, shortened, control characters written out, in backquotes."""
    text = escape(" ".join(text.split())).replace("`", "'")
    if len(text) > MAX_QUOTED:
        text = text[: MAX_QUOTED - 1].rstrip() + "…"
    return f"`{text}`"


def build_finding(
    entry: Entry,
    values: Mapping[str, str],
    language: str,
    confidence: float,
    line: Line | None = None,
) -> Finding:
    """``entry`` filled in with ``values``, and ``line`` of the log as its evidence."""
    lines = [fill(entry.means[language], values, language)]
    if line is not None:
        evidence = say("evidence", language, line=quote(line.message))
        times = say("times", language, count=line.count)
        lines.append(f"{evidence} {times}" if line.count > 1 else evidence)
    causes = [fill(cause, values, language) for cause in entry.causes[language][:MAX_CAUSES]]
    if len(causes) > 1:
        listed = "; ".join(f"({number}) {cause}" for number, cause in enumerate(causes, 1))
        lines.append(say("causes", language, causes=listed))
    elif causes:
        lines.append(say("cause", language, cause=causes[0]))
    if entry.confirm:
        shown = [commands.fill_command(one, values).text for one in entry.confirm[:MAX_CONFIRM]]
        name = "confirm" if len(causes) > 1 else "check"
        lines.append(say(name, language, commands=", ".join(f"`{one}`" for one in shown)))
    lines.append(say("remedy", language, remedy=fill(entry.remedy[language], values, language)))
    return Finding(
        kind=KIND,
        confidence=confidence,
        text="\n".join(escape(one) for one in lines),
        commands=tuple(commands.fill_command(one, values) for one in entry.commands[:MAX_COMMANDS]),
        sources=(f"error catalogue: {entry.id}",),
        subject=entry.id,
    )
