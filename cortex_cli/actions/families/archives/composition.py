"""Which of these is asked: packing, unpacking, listing or adding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.archives.formats import suffix_of
from cortex_cli.actions.families.archives.packing import add, pack
from cortex_cli.actions.families.archives.unpacking import list_content, test, unpack
from cortex_cli.actions.families.draft import Draft, Reader

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Sentence

# A name that ends like an archive's says what is meant.
SURE = 1.1
# "what's in x.zip" holds nothing but the preposition and the name.
MENTION = 2
_NOISE = tuple(
    """
    archive file folder content with use in to from create name recursive of new current every
    named inside image package only keeporiginal keep
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)
_ELSEWHERE = frozenset(
    """
    package database container sync journal pdf video image audio screen older newer more less
    big docker remote upload host
    """.split()  # noqa: SIM905 - a block of words reads better than quoted ones
)

_VERBS = frozenset({"compress", "extract", "archive", "add", "show", "create", "verify", "in"})
_NO_LISTING = frozenset(
    {"compress", "delete", "copy", "move", "size", "containing", "line", "first", "last"}
)


def compose(asked: Sentence) -> Draft | None:
    """The command that packs, unpacks or lists; None when no archive is meant."""
    r = Reader(asked)
    concepts = {token.concept for token in r.tokens}
    if concepts & _ELSEWHERE or not concepts & _VERBS:
        return None
    archives = [
        (n, t)
        for n, t in r.free()
        if t.kind in ("path", "file", "quoted", "remote") and suffix_of(t.text)
    ]
    if any(t.kind in ("glob", "duration", "size") for t in r.tokens) and "extract" in concepts:
        return None
    filled = None
    unpacks = "extract" in concepts and not concepts & {"without", "not"}
    if unpacks and archives:
        filled = unpack(r, archives[0])
    elif "verify" in concepts and archives:
        filled = test(r, archives[0])
    elif concepts & {"compress", "create", "archive"} and not (
        concepts & {"show"} and "content" in concepts
    ):
        filled = pack(r, archives)
    elif "add" in concepts and archives:
        filled = add(r, archives[-1])
    looks = bool(concepts & {"show", "content", "who"}) or len(r.tokens) == MENTION
    # "the archive x.tar" only says what x.tar is.
    verbs = {token.concept for token in r.tokens if token.weight >= 1.0}
    if filled is None and archives and looks and not verbs & _NO_LISTING:
        filled = list_content(r, archives[0])
    if filled is None:
        return None
    r.noise(*_NOISE)
    return r.draft(filled, SURE)
