"""ps: which processes, sorted by what, how many, as a tree or counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize
from cortex_cli.actions.literals import PROGRAMS
from cortex_cli.finding import READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

_DOES = languages(
    "Shows the processes that were asked for.",
    "Montre les processus demandés.",
    "Muestra los procesos pedidos.",
)
_NOISE = tuple(
    """
    process running use information have current many find time only service of available name
    now sort by with count number size result every status package last first space long
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    [
        "kill",
        "stop",
        "start",
        "restart",
        "port",
        "listen",
        "socket",
        "priority",
        "change",
        "limit",
        "signal",
        "package",
        "boot",
        "file",
        "folder",
        "failed",
        "open",
        "descriptor",
        "network",
        "install",
        "delete",
        "pause",
        "continue",
        "background",
        "schedule",
        "traffic",
        "connect",
        "trace",
        "container",
        "journal",
        "lock",
        "enable",
        "environment",
        "signal",
        "measure",
        "io",
        "resume",
        "wait",
        "deleted",
        "mount",
        "swap",
        "follow",
    ]
)


def compose(asked: Sentence) -> Draft | None:
    """ps for ``asked``; None when it is not about processes."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    named = any(not token.known and not token.mark for token in r.tokens)
    usage = bool(concepts & {"memory", "cpu"}) and (named or bool(concepts & {"process", "big"}))
    if concepts & _ELSEWHERE or not (
        usage or "process" in concepts or concepts & {"zombie", "pid"} or "thread" in concepts
    ):
        return None
    if any(token.kind in ("path", "file", "glob", "url", "host", "hostport") for token in r.tokens):
        return None
    stages = _stages(r)
    if stages is None:
        return None
    r.noise(*_NOISE)
    manual = tuple(dict.fromkeys(f"{argv[0]}(1)" for argv in stages))
    filled = Filled("processes-show", (Step(tuple(stages)),), localize(_DOES), READS, manual=manual)
    return r.draft(filled)


def _stages(r: Reader) -> list[tuple[str, ...]] | None:
    if (pid := _pid(r)) and r.take("memory", "cpu"):
        return [("ps", "-p", pid, "-o", "pid,user,pmem,rss,pcpu,args")]
    user = _user(r)
    name = _name(r)
    sort = "" if name else _sort(r)
    if r.take("zombie"):
        states = ("ps", "-eo", "pid,ppid,stat,user,comm")
        return [states, ("awk", "$3 ~ /^Z/")]
    if r.take("tree", "child"):
        return [("ps", "-u", user, "-f", "--forest") if user else ("ps", "-e", "-f", "--forest")]
    if r.take("pid"):
        return [("pgrep", "-a", "--", name)] if name else None
    if name:
        if r.take("thread"):
            return [("ps", "-L", "-C", name, "-o", "pid,tid,pcpu,pmem,comm")]
        if r.has("memory", "cpu") and r.take("memory", "cpu"):
            return [("ps", "-C", name, "-o", "pid,user,pmem,rss,pcpu,args", "--sort=-rss")]
        if r.has("count", "many"):
            return [("pgrep", "-c", "--", name)]
        return [("pgrep", "-a", "--", name)]
    if r.take("thread"):
        return [("ps", "-eLf")]
    if r.has("count", "many") and not sort and r.has("process"):
        who = ("-u", user) if user else ("-e",)
        return [("ps", *who, "--no-headers"), ("wc", "-l")]
    return _table(r, sort, user)


def _pid(r: Reader) -> str:
    """The number right after "process"."""
    for n, token in r.free():
        if token.kind == "number" and r.before(n)[:1] in (["process"], ["pid"]):
            r.used.add(n)
            return token.text
    return ""


def _table(r: Reader, sort: str, user: str) -> list[tuple[str, ...]]:
    if user and not sort:
        return [("ps", "-u", user, "-f")]
    who = ("ps", "-u", user, "-o", "pid,user,pmem,pcpu,etime,args") if user else ("ps", "aux")
    if not sort:
        return [who]
    count = r.take_number() or "10"
    return [(*who, f"--sort={sort}"), ("head", "-n", str(int(float(count)) + 1))]


def _sort(r: Reader) -> str:
    big = r.has(
        "big",
        "more",
        "maximum",
        "sort",
        "use",
        "first",
        "reverse",
        "slow",
        "many",
        "oldest",
        "newest",
        "long",
    )
    if not big:
        return ""
    key = ""
    if r.take("memory"):
        key = "-%mem"
    elif r.take("cpu", "load"):
        key = "-%cpu"
    elif r.take("oldest") or (r.has("long") and r.has("running")):
        key = "-etimes"
    elif r.take("newest"):
        key = "etimes"
    if key:
        r.take("big", "more", "maximum", "sort", "reverse", "first", "long", "by", "many")
    return key


def _user(r: Reader) -> str:
    for n, token in r.free():
        near = r.before(n, 2)
        named = token.kind in ("name", "quoted") or (
            not token.kind and (not token.known or token.concept == "root" or near[:1] == ["user"])
        )
        if named and (
            {"user", "owned"} & set(near) or (token.concept == "root" and r.has("process"))
        ):
            r.used.add(n)
            r.take("user", "owned")
            return token.text
    if "my" in r.asked.text.lower().split() and r.has("process"):
        return ""
    return ""


def _name(r: Reader) -> str:
    for n, token in r.free():
        unknown = token.kind in ("name", "quoted") or (
            not token.kind and not token.known and not token.mark
        )
        program = token.text.lower() in PROGRAMS and not token.kind
        if (unknown or program) and not r.asked.opens_unknown(n):
            r.used.add(n)
            r.take("named")
            return token.text if token.kind else token.text.lower()
    return ""
