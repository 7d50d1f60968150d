"""journalctl: which lines (unit, boot, priority, time, text), how many, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions import values
from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.actions.literals import PROGRAMS
from cortex_cli.expressions import expression
from cortex_cli.finding import CHANGES, READS
from cortex_cli.language.stems import fold

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

_DOES = languages(
    "Shows the journal's entries that were asked for.",
    "Montre les entrées demandées du journal.",
    "Muestra las entradas pedidas del registro.",
)
_NOISE = tuple(
    """
    journal service line only boot message since content find of from process name status every
    file result newest have in time current priority
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_PRIORITIES = (("critical", "crit"), ("error", "err"), ("warning", "warning"))
_ELSEWHERE = frozenset(
    [
        "delete",
        "clean",
        "size",
        "space",
        "rotate",
        "git",
        "package",
        "container",
        "commit",
        "limit",
        "compress",
        "copy",
        "login",
        "log_in",
        "web",
        "docker",
        "extract",
        "keep",
        "verify",
        "use",
    ]
)
_DAY = expression(r"\d{4}-\d\d-\d\d\Z")
_CLOCK = expression(r"\d{1,2}:\d\d(?::\d\d)?\Z")
_TIMES = {
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "mon": "months",
    "y": "years",
}


def compose(asked: Sentence) -> Draft | None:
    """journalctl for ``asked``; None when it is not about the journal."""
    r = Reader(asked)
    if not _about_journal(r):
        return None
    argv = ["journalctl"]
    _unit(r, argv)
    if r.take("kernel"):
        argv.append("-k")
    _boot(r, argv)
    for concept, name in _PRIORITIES:
        if r.take(concept):
            argv += ["-p", name]
            break
    _times(r, argv)
    _join_times(argv)
    _text(r, argv)
    if r.take("follow"):
        argv.append("-f")
        r.take("new")
    _lines(r, argv)
    if r.take("reverse", "newest"):
        argv.append("-r")
    if r.take("json"):
        argv += ["-o", "json"]
    output = _output(r)
    r.noise(*_NOISE)
    effect = CHANGES if output else READS
    filled = Filled(
        "journal-show",
        (Step((tuple(argv),), output),),
        localize(_DOES),
        effect,
        manual=("journalctl(1)",),
    )
    return r.draft(filled)


def _about_journal(r: Reader) -> bool:
    said_all = {token.concept for token in r.tokens if token.text.lower() not in PROGRAMS}
    if said_all & _ELSEWHERE:
        return False
    if any(token.kind in ("path", "file", "glob") for token in r.tokens) and "save" not in said_all:
        return False
    if "journal" in said_all and "folder" not in said_all:
        return True
    if "kernel" in said_all and said_all & {"error", "warning", "follow"}:
        return True
    return bool(said_all & {"error", "warning", "critical"}) and bool(
        said_all & {"boot", "since", "today", "yesterday", "last"}
    )


def _unit(r: Reader, argv: list[str]) -> None:
    for n, token in r.free():
        near = set(r.before(n, 2)) | set(r.after(n))
        named = token.kind in ("unit", "name") or (
            not token.kind and not token.known and not token.mark
        )
        program = token.text.lower() in PROGRAMS and bool(
            near & {"journal", "service", "of", "for", "from", "error", "show", "follow", ""}
        )
        quoted = token.kind == "quoted" and "service" in near
        if r.asked.opens_unknown(n):
            continue
        if named or program or quoted:
            argv += ["-u", values.value_of("unit", token)]
            r.used.add(n)
            return


def _boot(r: Reader, argv: list[str]) -> None:
    if not r.has("boot"):
        return
    previous = any(t.concept == "last" and not t.kind for t in r.tokens) and not r.has("current")
    number = any(t.kind == "number" for t in r.tokens)
    before = previous and (not number or "boot" in _beside(r, "last"))
    if before and r.has("since") and not _follows(r, "boot", "last"):
        before = False
    argv += ["-b", "-1"] if before else ["-b"]
    r.take("boot", "current", "since")
    if previous and "boot" in _beside(r, "last"):
        r.take("last")


def _follows(r: Reader, one: str, other: str) -> bool:
    """Whether ``other`` comes right after ``one``."""
    return any(t.concept == one and other in r.after(n) for n, t in enumerate(r.tokens))


def _beside(r: Reader, concept: str) -> set[str]:
    return {
        one
        for n, t in enumerate(r.tokens)
        if t.concept == concept
        for one in (*r.before(n), *r.after(n))
    }


def _times(r: Reader, argv: list[str]) -> None:
    for n, token in list(r.free()):
        literal = token.literal
        before = set(r.before(n, 3))
        option = "--until" if "until" in before else "--since"
        if token.kind == "duration" and literal is not None:
            argv += [option, f"{literal.number:g} {_TIMES[literal.unit]} ago"]
        elif token.kind in ("stamp", "clock") and literal is not None:
            option = (
                "--until"
                if option == "--until" or ("--since" in argv and before & {"to", "and", "until"})
                else option
            )
            argv += [option, literal.value]
        elif token.concept in ("today", "yesterday"):
            argv += [option, token.concept]
            onwards = n and fold(r.tokens[n - 1].text) in ("desde", "depuis")
            if (
                token.concept == "yesterday"
                and not onwards
                and "since" not in before
                and option == "--since"
            ):
                argv += ["--until", "today"]
        else:
            continue
        r.used.add(n)
        r.take("since", "until", "ago", "between", "in", "newer", "older")
        for near, one in r.free():
            if one.concept == "last" and abs(near - n) <= 2:
                r.used.add(near)


def _join_times(argv: list[str]) -> None:
    """A day and hours, said apart: the hours are of that day."""
    days = [n for n, word in enumerate(argv) if _DAY.match(word)]
    clocks = [n for n, word in enumerate(argv) if _CLOCK.match(word)]
    if len(days) != 1 or not clocks:
        return
    for n in clocks:
        argv[n] = f"{argv[days[0]]} {argv[n]}"
    del argv[days[0] - 1 : days[0] + 1]


def _text(r: Reader, argv: list[str]) -> None:
    if not r.has("containing", "word", "string", "find", "match"):
        return
    for n, token in r.free():
        if token.kind in ("quoted", "ip", "number", "name") and set(r.before(n, 3)) & {
            "containing",
            "word",
            "string",
            "find",
            "match",
            "for",
        }:
            argv.append(f"--grep={token.literal.value if token.literal else token.text}")
            r.used.add(n)
            r.take("containing", "word", "string", "match")
            return


def _lines(r: Reader, argv: list[str]) -> None:
    if count := r.take_number():
        argv += ["-n", count]
        r.take("last", "newest")
    elif r.take("last"):
        argv += ["-n", "50"]


def _output(r: Reader) -> str:
    if not r.take("save", "write"):
        return ""
    target = r.literal("path", "file", "name")
    if target is None:
        return ""
    r.used.add(target[0])
    return path(target[1])
