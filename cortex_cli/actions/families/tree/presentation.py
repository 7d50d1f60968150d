"""What is made of the files that were found: paths, sums, ranks, archives, matches.

Knows nothing of how files are chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Step
from cortex_cli.actions.families.tree.results import finish, pipe, with_preview
from cortex_cli.finding import CHANGES, DESTROYS

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.families.tree.selection import Selection

SHOWN = "10"
_SPACE = ("space", "place", "espace", "espacio", "ocupa", "pesa", "occup")


def delete(chosen: Selection, find: list[str], root: str) -> Filled:
    """Deletes what matches; what it would take is shown first."""
    folders = chosen.kind == "d" and "-empty" not in find
    last = ["-prune", "-exec", "rm", "-r", "{}", "+"] if folders else ["-delete"]
    filled = finish("delete", [*find, *last], root, DESTROYS)
    return with_preview(filled, Step((tuple(find),)))


def pack(find: list[str], root: str, target: str) -> Filled | None:
    """Packs what matches, or compresses each where no archive is named."""
    if not target:
        return finish("compress", [*find, "-exec", "gzip", "{}", "+"], root, CHANGES)
    pack = ("tar", "-caf", target, "--null", "-T", "-")
    if target.endswith(".zip"):
        return pipe("archive", [tuple(find), ("zip", target, "-@")], root, "", CHANGES, to=target)
    return pipe("archive", [(*find, "-print0"), pack], root, "", CHANGES, to=target)


def search(r: Reader, chosen: Selection, find: list[str], root: str, target: str) -> Filled:
    """The files that hold a text, or do not."""
    options = "-l" + ("i" if chosen.case else "") + ("w" if r.take("whole") else "")
    if r.has("name") and "l" in options:
        r.take("only", "name")
    # "search for x in all files" wants the places, "which files contain x" the files.
    places = not r.has("containing", "name", "count", "many", "size")
    if r.take("linenumbers") or places:
        options = options.replace("l", "n")
    if _is_denied(r, chosen.content_place):
        r.take("not", "without")
        options = options.replace("l", "L")
    tested = (
        chosen.tests or chosen.excluded or chosen.depth or any("/" in name for name in chosen.names)
    )
    if tested:
        argv = [*find, "-exec", "grep", options, "-e", chosen.content, "{}", "+"]
    else:
        names = [f"--include={name}" for name in chosen.names]
        argv = ["grep", f"-r{options[1:]}", *names, "-e", chosen.content, *(chosen.roots or ["."])]
    stages = [tuple(argv)]
    if r.take("count", "many"):
        stages.append(("wc", "-l"))
    r.take("save", "write")
    return pipe("grep", stages, root, target)


def _is_denied(r: Reader, content: int) -> bool:
    """Whether the content must be missing: a negation shortly before it."""
    near = range(max(0, content - 4), max(0, content))
    return any(r.tokens[n].concept in ("not", "without") for n in near)


def show(r: Reader, chosen: Selection, find: list[str], root: str, target: str) -> Filled | None:
    """Paths, counts, sums, ranks: what only reads."""
    if r.has("word") and r.has("count", "many") and r.take("word", "count", "many"):
        return pipe("words", [(*find, "-exec", "wc", "-w", "{}", "+")], root, target)
    lines = r.has("line") and r.take("line")
    if lines and r.take("count", "many", "sum"):
        summed = r.take("sum") or "total" in r.asked.text.lower()
        total = [(*find, "-exec", "cat", "{}", "+"), ("wc", "-l")] if summed else None
        return pipe("lines", total or [(*find, "-exec", "wc", "-l", "{}", "+")], root, target)
    if r.take("checksum", "md5"):
        r.take("sum")
        program = next(
            (one for one in ("sha512", "sha256", "sha1", "md5") if one in r.asked.text.lower()),
            "sha256",
        )
        return pipe("checksum", [(*find, "-exec", f"{program}sum", "{}", "+")], root, target)
    ranked = _rank(r, chosen, find, root, target)
    if ranked is not None:
        return ranked
    beside = any(t.concept == "size" and "with" in r.before(n, 2) for n, t in enumerate(r.tokens))
    totals = r.has("size") and not r.has("every", "name") and not beside
    if totals and r.take("sum", "size", "many", "space"):
        stages = [(*find, "-print0"), ("du", "-ch", "--files0-from=-"), ("tail", "-n", "1")]
        return pipe("total", stages, root, target)
    if r.take("count", "many"):
        r.take("number", "sum")
        return pipe("count", [tuple(find), ("wc", "-l")], root, target)
    return _list(r, find, root, target)


def _rank(r: Reader, chosen: Selection, find: list[str], root: str, target: str) -> Filled | None:
    """ "the ten biggest", "the newest", "sorted by size"."""
    sized = (r.has("sort") and r.has("size")) or r.has("biggestfirst")
    timed = (r.has("sort") and r.has("modified", "time")) or r.has("newestfirst", "oldestfirst")
    if not (r.has("big", "small", "oldest", "newest") or sized or timed):
        return None
    count = r.take_number() or ("" if sized or timed else "1" if _is_single(r) else SHOWN)
    up = r.take("small", "oldest", "oldestfirst")
    reverse = "" if up else "r"
    by_size = r.has("big", "small") or sized
    r.take(
        "big",
        "newest",
        "sort",
        "size",
        "space",
        "time",
        "modified",
        "reverse",
        "last",
        "first",
        "by",
        "sum",
        "biggestfirst",
        "newestfirst",
    )
    if by_size and chosen.kind == "d":
        stages = [("du", "-h", "--max-depth=1", *(chosen.roots or ["."])), ("sort", f"-{reverse}h")]
    elif by_size and not chosen.specific() and any(word in r.asked.text.lower() for word in _SPACE):
        stages = [("du", "-ah", *(chosen.roots or ["."])), ("sort", f"-{reverse}h")]
    elif by_size:
        stages = [(*find, "-printf", "%s\\t%p\\n"), ("sort", f"-{reverse}n")]
    else:
        stages = [
            (*find, "-printf", "%T+ %p\\n"),
            ("sort", *([f"-{reverse}"] if reverse else [])),
        ]
    if count:
        stages.append(("head", "-n", count))
    return pipe("ranked", stages, root, target)


def _is_single(r: Reader) -> bool:
    """ "the newest file": one of them."""
    nouns = [token.text.lower() for token in r.tokens if token.concept in ("file", "folder")]
    return bool(nouns) and not any(noun.endswith("s") for noun in nouns)


def _list(r: Reader, find: list[str], root: str, target: str) -> Filled:
    r.take("save", "write")
    if r.has("size") and r.has("every") and r.take("size"):
        return pipe("list", [(*find, "-exec", "du", "-h", "{}", "+")], root, target)
    stages: list[tuple[str, ...]] = [tuple(find)]
    if r.take("information", "size", "long"):
        stages = [(*find, "-ls")]
    if r.take("sort"):
        stages.append(("sort", "-r") if r.take("reverse") else ("sort",))
    if r.has("first", "last") and (count := r.take_number()):
        stages.append(("head" if r.take("first") else "tail", "-n", count))
        r.take("last")
    return pipe("list", stages, root, target)
