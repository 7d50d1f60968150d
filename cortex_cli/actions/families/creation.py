"""mkdir, touch: several folders or files made at once, here or in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.action import Filled, Step
from cortex_cli.actions.families.draft import Draft, Reader, languages, localize, path
from cortex_cli.finding import CHANGES

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence, Token

_DOES = languages("Creates {names}.", "Crée {names}.", "Crea {names}.")
_ELSEWHERE = frozenset(
    """
    archive symlink link hard user group branch partition swap image zero random size copy move
    containing with key certificate snapshot container script service
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_NOISE = ("create", "folder", "file", "empty", "new", "this", "parent", "named", "all")


def compose(asked: Sentence) -> Draft | None:
    """mkdir or touch for ``asked``; None unless several are to be made."""
    r = Reader(asked)
    plural = [
        token
        for token in r.tokens
        if token.concept in ("folder", "file") and token.text.lower().endswith("s")
    ]
    if not r.has("create") or not plural or r.has(*_ELSEWHERE):
        return None
    parent = _parent(r)
    names = [(n, token) for n, token in r.free() if _is_name(token)]
    if len(names) < 2:
        return None
    r.used.update(n for n, _ in names)
    paths = [f"{parent}/{path(token)}" if parent else path(token) for _, token in names]
    argv = ("mkdir", "-p", *paths) if plural[0].concept == "folder" else ("touch", *paths)
    r.noise(*_NOISE)
    filled = Filled(
        f"creation-{argv[0]}",
        (Step((argv,)),),
        localize(_DOES, names=" ".join(paths)),
        CHANGES,
        check=Step((("ls", "-ld", *paths),)),
        manual=(f"{argv[0]}(1)",),
    )
    return r.draft(filled)


def _parent(r: Reader) -> str:
    """The folder that they are to be made in: a path after "in", at the end."""
    for n, token in reversed(r.free()):
        if token.kind == "path" and r.before(n)[:1] == ["in"]:
            r.used.add(n)
            return path(token).rstrip("/")
    return ""


def _is_name(token: Token) -> bool:
    if token.kind in ("name", "file", "path", "quoted", "number"):
        return True
    return not token.kind and not token.known and not token.mark
