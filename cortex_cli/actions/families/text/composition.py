"""Which file is read, which stages follow each other, where the output goes.

Knows no stage from inside; what each does is in ``filters``, ``columns`` and ``order``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import FULL, Draft, Reader, languages, localize, path
from cortex_cli.actions.families.text.columns import take_columns
from cortex_cli.actions.families.text.filters import filter_lines
from cortex_cli.actions.families.text.order import (
    change_case,
    count_up,
    join_lines,
    number_lines,
    order_lines,
    pick_lines,
    take_ends,
)
from cortex_cli.actions.literals import EXTENSIONS
from cortex_cli.finding import CHANGES, READS

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

_OPERATIONS = frozenset(
    """
    containing sort unique duplicate count column line word character first last frequency
    reverse uppercase lowercase find many average sum number blankline match random maximum
    string show follow hex base64 follow encoding without linenumbers
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# Said of other things than a file's text.
_ELSEWHERE = frozenset(
    [
        "package",
        "service",
        "process",
        "journal",
        "user",
        "port",
        "branch",
        "commit",
        "container",
        "rename",
        "archive",
        "extract",
        "compress",
        "checksum",
        "owner",
        "permission",
        "symlink",
        "copy",
        "move",
        "delete",
        "replace",
        "append",
        "insert",
        "convert",
        "download",
        "upload",
        "image",
        "video",
        "audio",
        "pdf",
        "sync",
        "mount",
        "kill",
        "install",
        "compare",
        "join",
        "split",
        "encrypt",
        "sign",
        "key",
        "truncate",
        "prettify",
        "json",
        "schedule",
        "size",
        "open",
        "create",
        "run",
        "execute",
        "owned",
        "swap",
    ]
)
_NOISE = tuple(
    """
    find file only content result name use every of match string with column folder
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_DOES = languages(
    "Reads {file} and shows what was asked.",
    "Lit {file} et montre ce qui est demandé.",
    "Lee {file} y muestra lo pedido.",
)
_GREP = languages(
    "Shows the lines of {file} that match.",
    "Montre les lignes de {file} qui correspondent.",
    "Muestra las líneas de {file} que coinciden.",
)


def compose(asked: Sentence) -> Draft | None:
    """A text pipeline for ``asked``; None when it is not about the text of a file."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    if concepts & _ELSEWHERE - _file_concepts(r) or not concepts & _OPERATIONS:
        return None
    if {"name", "file", "containing"} <= concepts:
        return None
    files = _files(r)
    if not files or (len(files) > 1 and r.has("not", "all")):
        return None
    output = _output(r, files)
    stages = _stages(r, files)
    if not stages:
        return None
    r.noise(*_NOISE)
    shown = " ".join(files)
    does = localize(_GREP if stages[0][0] == "grep" else _DOES, file=shown)
    effect = CHANGES if output else READS
    manual = tuple(dict.fromkeys(f"{argv[0]}(1)" for argv in stages))
    filled = Filled(
        "text-" + stages[-1][0], (Step(tuple(stages), output),), does, effect, manual=manual
    )
    return r.draft(filled, FULL * 0.99)


def _file_concepts(r: Reader) -> set[str]:
    """Concepts that a file's name accounts for: "the log file app.log", "users in passwd"."""
    concepts: set[str] = set()
    for n, token in enumerate(r.tokens):
        if token.kind in ("path", "file") or token.concept == "file":
            concepts.update(
                one.concept
                for one in r.tokens[max(0, n - 2) : n + 2]
                if one.concept in ("journal", "json", "csv")
            )
    if r.has("column", "line", "word", "character"):
        concepts.add("extract")
    if r.has("duplicate", "unique"):
        concepts.add("delete")
    if r.has("line") and len([t for t in r.tokens if t.kind in ("file", "path")]) == 1:
        concepts.add("join")
    if r.has("since") and r.has("containing") and r.has("line"):
        concepts.add("append")
    if r.has("uppercase", "lowercase"):
        concepts.update(("convert", "change"))
    return concepts


def _files(r: Reader) -> list[str]:
    files: list[str] = []
    for n, token in r.free():
        if token.kind in ("path", "file", "glob") or (
            token.kind == "extension" and token.text.lower().lstrip(".") not in EXTENSIONS
        ):
            if r.before(n)[:1] == ["to"] and files:
                continue
            files.append(path(token))
            r.used.add(n)
        elif (
            r.before(n, 1) == ["file"]
            and token.kind in ("name", "quoted", "")
            and not token.known
            and not files
        ):
            files.append(path(token))
            r.used.update({n, n - 1})
    for n, token in r.free():
        if token.concept in ("journal", "csv", "json") and any(
            one.concept == "file" for one in r.tokens[max(0, n - 1) : n + 2]
        ):
            if token.concept == "csv":
                continue
            r.used.add(n)
    return files


def _output(r: Reader, files: list[str]) -> str:
    if not r.take("save", "write"):
        return ""
    if len(files) > 1:
        return files.pop()
    for n, token in r.free():
        if token.kind in ("path", "file", "name"):
            r.used.add(n)
            return path(token)
    return ""


def _stages(r: Reader, files: list[str]) -> list[tuple[str, ...]]:
    stages: list[list[str]] = []
    join_lines(r, stages)
    filter_lines(r, stages)
    pick_lines(r, stages)
    take_columns(r, stages)
    order_lines(r, stages)
    take_ends(r, stages)
    count_up(r, stages)
    change_case(r, stages)
    number_lines(r, stages)
    if not stages:
        return []
    first = stages[0]
    if first[0] == "tr":
        stages.insert(0, ["cat", *files])
    else:
        separate = first[0] in ("grep",) and any(one.startswith("-") for one in files)
        first += (["--"] if separate else []) + files
    return [tuple(argv) for argv in stages]
