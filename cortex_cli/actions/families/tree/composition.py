"""Reads root, tests and action from a sentence, in the order that keeps them apart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cortex_cli.actions.families.archives.formats import suffix_of
from cortex_cli.actions.families.draft import Draft, Reader, path
from cortex_cli.actions.families.tree import limits, names, roots
from cortex_cli.actions.families.tree.presentation import delete, pack, search, show
from cortex_cli.actions.families.tree.results import finish
from cortex_cli.actions.families.tree.selection import Selection
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.action import Filled
    from cortex_cli.actions.sentence import Sentence, Token

_WANTED = tuple(
    """
    find show count delete copy move big small oldest newest many checksum compress replace sum
    all use last change who exists
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What chooses files by itself, with no verb: "broken links in /etc".
_CHOSEN = frozenset(
    """
    owned owner broken empty executable writable modified accessed created older newer starting
    ending setuid containing
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_NOISE = tuple(
    """
    find file folder use name exists have every result type current new content place path in
    information
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
# What may be taken from a file without deleting it.
_PARTS = ("permission", "line", "word", "column", "character", "password", "acl", "metadata")
_BELOW = ("sub", "sous")
_HOLDERS = frozenset({"containing", "word", "string", "line", "name"})


def compose(asked: Sentence) -> Draft | None:
    """find's command for ``asked``; None when it is not about a choice of files."""
    r = Reader(asked)
    if not _about_files(r):
        return None
    chosen = Selection()
    target = _target(r)
    reserved = {target[0]} if target else set()
    mode = _mode(r)
    owner = _new_owner(r)
    limits.read_ages(r, chosen)
    limits.read_sizes(r, chosen)
    roots.read_depth(r, chosen)
    _read_content(r, chosen, reserved)
    r.used |= reserved
    names.read_names(r, chosen)
    names.read_kind(r, chosen)
    limits.read_owners(r, chosen)
    roots.read_roots(r, chosen, reserved)
    roots.read_known_root(r, chosen)
    if not chosen.roots and r.take("this", "disk"):
        chosen.roots.append("/")
    _loose_names(r, chosen)
    if r.has("here") and r.has("move", "copy") and not chosen.depth:
        chosen.depth = ["-maxdepth", "1"]
    filled = _act(r, chosen, target[1] if target else "", mode, owner)
    if filled is None:
        return None
    if r.has("many", "count", "show"):
        r.take("containing")
    r.noise(*_NOISE)
    return r.draft(filled)


def _about_files(r: Reader) -> bool:
    concepts = {token.concept for token in r.tokens}
    if any(_is_one_link(one, two) for one, two in pairwise(r.tokens)):
        return False
    kinds = {token.kind for token in r.tokens}
    if concepts & {
        "package",
        "service",
        "commit",
        "branch",
        "container",
        "user",
        "rename",
        "convert",
        "extract",
        "sync",
        "port",
        "git",
        "process",
        "mount",
        "column",
    } - ({"user", "package"} if "file" in concepts else set()):
        return bool(concepts & {"owned", "owner"}) and "file" in concepts
    if concepts & {"compress", "archive"} and not (
        concepts & {"find", "all", "every"} or kinds & {"glob", "extension", "duration", "size"}
    ):
        return False
    objects = concepts & (names.FILES | {"hidden"}) or kinds & {"glob", "extension"}
    if concepts & names.ALONE and not concepts & {"find", "count", "many", "big", "all", "delete"}:
        return bool(kinds & {"glob", "extension", "size", "duration"}) and "file" in concepts
    chosen = concepts & (set(_WANTED) | _CHOSEN) or kinds & {"glob", "duration", "size"}
    return bool(objects) and bool(chosen)


def _is_one_link(one: Token, two: Token) -> bool:
    """ "the symbolic link a": one of its own, none to be looked for."""
    single = one.concept == "symlink" and not one.text.lower().endswith("s")
    return single and two.kind in ("path", "file")


def _target(r: Reader) -> tuple[int, str] | None:
    """Where results go: "to /backup", "into all.tar.gz", "save the list to x.txt"."""
    if not r.has("copy", "move", "compress", "archive", "save", "write"):
        return None
    for n, token in r.free():
        if (
            r.has("compress", "archive")
            and token.kind in ("path", "file")
            and suffix_of(token.text)
        ):
            r.used.add(n)
            return n, path(token)
    for n, token in reversed(list(r.free())):
        before = r.before(n, 3)
        into = before[:1] in (["to"], ["as"]) or (
            before[:1] == ["folder"] and before[1:2] == ["to"]
        )
        into = into or (
            before[:1] == ["in"] and r.has("copy", "move", "save", "compress") and _last_place(r, n)
        )
        into = into or (before[:1] == ["named"] and "archive" in before)
        if into and (
            token.kind in ("path", "file", "name", "quoted") or (not token.known and not token.mark)
        ):
            r.used.update({n, n - 1})
            if before[:1] in (["folder"], ["named"]):
                r.used.add(n - 2)
            return n, path(token)
    return None


def _last_place(r: Reader, n: int) -> bool:
    places = [k for k, token in r.free() if token.kind in ("path", "file")]
    return len(places) > 1 and places[-1] == n


def _mode(r: Reader) -> str:
    if not r.has("permission", "executable"):
        return ""
    several = r.has("all", "every") or any(t.kind in ("glob", "extension") for t in r.tokens)
    if r.has("change", "grant", "create") and r.has("executable") and several:
        r.take("change", "grant", "create", "permission", "executable")
        return "+x"
    for n, token in r.free():
        octal = token.kind == "number" and len(token.text) in (3, 4)
        if (octal or token.kind == "mode") and r.has("change", "grant") and token.literal:
            r.used.add(n)
            r.take("change", "permission", "grant")
            return token.literal.value
    return ""


def _new_owner(r: Reader) -> str:
    if not (r.has("change") and r.has("owner")):
        return ""
    for n, token in r.free():
        if r.before(n)[:1] in (["to"], ["by"]) and (
            token.kind == "name" or (not token.known and not token.kind)
        ):
            r.used.add(n)
            r.take("change", "owner")
            return token.text
    return ""


def _read_content(r: Reader, chosen: Selection, reserved: set[int]) -> None:
    """What the files must contain."""
    searched = r.has("find") and r.has("recursive", "all", "every")
    if not searched and not r.has("containing", "word", "string"):
        return
    for n, token in r.free():
        before = r.before(n, 3)
        grepped = "grep" in r.asked.text.lower() and (token.kind == "name" or token.is_wordy)
        if searched and (token.kind == "quoted" or grepped) and before[:1] in (["for"], ["find"]):
            before = ["containing"]
        text = token.kind in ("quoted", "name", "number", "ip", "address", "url", "variable") or (
            not token.literal
            and (token.is_wordy or (before[:1] != ["and"] and set(before[:1]) <= _HOLDERS))
            and token.concept not in _HOLDERS | {"count", "many"}
        )
        if (
            n not in reserved
            and not token.mark
            and text
            and (token.kind == "quoted" or grepped or set(before[:1]) & _HOLDERS)
            and {"containing", "word", "string"} & set(before)
        ):
            if before[:2] == ["containing", "name"]:
                continue
            chosen.content = token.literal.value if token.literal else token.text
            chosen.content_place = n
            r.used.add(n)
            r.take("containing", "word", "string", "line")
            return


def _loose_names(r: Reader, chosen: Selection) -> None:
    """A file's name with no role: "find passwd.txt"."""
    for n, token in r.free():
        if token.kind == "file" and not chosen.names:
            r.used.add(n)
            chosen.names.append(token.text)


def _act(r: Reader, chosen: Selection, target: str, mode: str, owner: str) -> Filled | None:
    find = ["find", *chosen.words()]
    root = " ".join(chosen.roots) or "."
    permits = any(part in r.asked.text.lower() for part in ("permission", "droit", "permiso"))
    if r.has("delete") and (r.has(*_PARTS) or permits):
        return None
    if r.has("delete") and not chosen.roots and not chosen.names and "!" in chosen.tests:
        return None
    if r.take("delete"):
        return delete(chosen, find, root) if chosen.specific() else None
    sub = chosen.kind == "d" and any(
        token.concept == "folder" and token.text.lower().startswith(_BELOW) for token in r.tokens
    )
    several = chosen.kind == "d" and any(
        one.concept in ("all", "every") and two.concept == "folder"
        for one, two in pairwise(r.tokens)
    )
    if (
        not chosen.specific()
        and not (sub or several or mode or owner)
        and not r.has(
            "count",
            "many",
            "big",
            "small",
            "oldest",
            "newest",
            "sum",
            "checksum",
            "md5",
            "sort",
            "size",
        )
    ):
        return None
    if (mode or owner) and not (chosen.names or r.has("all", "every", "find")):
        return None
    if mode:
        return finish("chmod", [*find, "-exec", "chmod", mode, "{}", "+"], root, CHANGES)
    if owner:
        return finish(
            "chown", [*find, "-exec", "chown", owner, "{}", "+"], root, CHANGES, needs_root=True
        )
    for concept, program in (("copy", "cp"), ("move", "mv")):
        if r.has(concept):
            if not target or not r.take(concept):
                return None
            argv = [*find, "-exec", program, "-t", target, "{}", "+"]
            return finish(concept, argv, root, CHANGES, to=target)
    if r.has("compress") or (r.has("create") and r.has("archive")):
        r.take("compress", "archive", "create")
        return pack(find, root, target)
    if chosen.content:
        return search(r, chosen, find, root, target)
    return show(r, chosen, find, root, target)
