"""Whether a reply is right: pure judgement, apart from the shell line that a fact is checked by."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from benchmarks.answer_sets import FACT, FAILURE, HOWTO, REFUSE, Case

CHECK_TIMEOUT_S = 60.0
# Fewer words in a row are how anybody would say it: "certificate has expired".
QUOTED_WORDS = 5
WORD = re.compile(r"\w+")
# 65,536 and 65 536 are 65536.
GROUPED = re.compile(r"(?<=\d)[ ,.'\u00a0\u202f](?=\d{3}(?!\d))")


class Verdict(StrEnum):
    """What came of a question."""

    RIGHT = "right"
    WRONG = "wrong shown"
    NOTHING = "nothing shown"
    BROKEN = "broken"  # the program failed
    UNCHECKED = "not checkable here"  # the shell line of a fact printed nothing


@dataclass(frozen=True, slots=True)
class Reply:
    """What the program said; ``error`` is why it said nothing."""

    text: str = ""
    known: bool = False
    commands: tuple[str, ...] = ()
    error: str = ""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Reply:
        """The reply in a document of ``cortex ask --json``."""
        commands = tuple(str(each["command"]) for each in document.get("commands", ()))
        return cls(str(document["answer"]), bool(document["known"]), commands)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, its reply and the verdict; ``parts`` are further marks by name."""

    case: Case
    reply: Reply
    verdict: Verdict
    parts: Mapping[str, bool] = field(default_factory=dict)


def judge(case: Case, reply: Reply, environ: Mapping[str, str]) -> Judged:
    """Compare a reply with what is expected; ``environ`` is what the program was run with."""
    if reply.error:
        return Judged(case, reply, Verdict.BROKEN)
    if case.kind == REFUSE:
        return Judged(case, reply, Verdict.WRONG if reply.known else Verdict.RIGHT)
    if case.kind == FACT and not expected(case.check, environ):
        return Judged(case, reply, Verdict.UNCHECKED)
    parts = _parts(case, reply, environ) if reply.known else {}
    if not reply.known:
        verdict = Verdict.NOTHING
    elif parts["right"]:
        verdict = Verdict.RIGHT
    else:
        verdict = Verdict.WRONG
    return Judged(case, reply, verdict, {name: parts[name] for name in parts if name != "right"})


def _parts(case: Case, reply: Reply, environ: Mapping[str, str]) -> dict[str, bool]:
    if case.kind == HOWTO:
        matches = [bool(re.search(case.check, command)) for command in reply.commands]
        return {"right": matches[:1] == [True], "any command right": any(matches)}
    if case.kind == FACT:
        return {"right": holds(reply.text, expected(case.check, environ))}
    if case.kind == FAILURE:
        own = without_quotations(reply.text, case.log)
        everything = "\n".join((reply.text, *reply.commands))
        cause, remedy = _says(case.check, own), _says(case.remedy, everything)
        return {"right": cause and remedy, "cause right": cause, "remedy right": remedy}
    return {"right": _says(case.check, reply.text)}


def _says(expression: str, text: str) -> bool:
    return bool(re.search(expression, text, re.IGNORECASE | re.DOTALL))


def expected(line: str, environ: Mapping[str, str]) -> str:
    """The first line that a shell line prints here, trimmed; empty if there is none."""
    return _printed(line, tuple(sorted(environ.items())))


@cache
def _printed(line: str, environ: tuple[tuple[str, str], ...]) -> str:
    done = subprocess.run(
        ["sh", "-c", line],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=CHECK_TIMEOUT_S,
        check=False,
    )
    return done.stdout.decode(errors="replace").partition("\n")[0].strip()


def holds(text: str, value: str) -> bool:
    """Whether ``value`` stands in ``text``, and not as a piece of a longer word, number or path."""
    before = r"(?<![\w/.-])" if value[0].isalnum() else r"(?<!\w)"
    after = r"(?![\w/-])" if value[-1].isalnum() else ""
    exact = re.compile(before + re.escape(value) + after, re.IGNORECASE)
    return bool(exact.search(text) or exact.search(GROUPED.sub("", text)))


def without_quotations(text: str, log: str) -> str:
    """``text`` without whole lines of ``log`` and without runs of words that stand there too."""
    for line in sorted(map(str.strip, log.splitlines()), key=len, reverse=True):
        if line:
            text = text.replace(line, " … ")
    words = [found.group().casefold() for found in WORD.finditer(log)]
    runs = {tuple(words[at : at + QUOTED_WORDS]) for at in range(len(words) - QUOTED_WORDS + 1)}
    places = list(WORD.finditer(text))
    quoted = set()
    for at in range(len(places) - QUOTED_WORDS + 1):
        if tuple(found.group().casefold() for found in places[at : at + QUOTED_WORDS]) in runs:
            quoted.update(range(at, at + QUOTED_WORDS))
    kept, end = [], 0
    for at, found in enumerate(places):
        kept.append(" … " if at in quoted else text[end : found.end()])
        end = found.end()
    return "".join(kept) + text[end:]
