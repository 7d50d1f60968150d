"""Where to look, and how far down.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families.draft import path
from cortex_cli.actions.families.tree.names import FILES
from cortex_cli.actions.families.tree.selection import bare, take_near

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.families.tree.selection import Selection

_PREPOSITIONS = frozenset({"in", "from", "of"})


def read_depth(r: Reader, chosen: Selection) -> None:
    """How far down."""
    if r.take("notrecursive"):
        r.take("only")
        chosen.depth = ["-maxdepth", "1"]
    for n, token in r.free():
        if (
            token.kind == "number"
            and "depth" in {*r.before(n, 2), *r.after(n, 1)}
            and token.literal
        ):
            chosen.depth = ["-maxdepth", f"{token.literal.number:g}"]
            take_near(r, n, {"depth", "less", "to", "more"}, 2)
    r.take("recursive")


def read_roots(r: Reader, chosen: Selection, reserved: set[int]) -> None:
    """Where to look."""
    for n, token in list(r.free()):
        if n in reserved:
            continue
        before = r.before(n, 2)
        named = (token.literal is None and bare(token)) or token.kind in ("name", "quoted")
        placed = before[:1] and before[0] in _PREPOSITIONS
        if (
            token.kind == "path"
            or (named and before[:1] == ["folder"])
            or (named and placed and token.kind != "quoted" and not token.known)
        ):
            value = path(token)
            if _is_excluded(r, n):
                chosen.excluded.append(
                    f"*/{str(value).strip('./')}/*" if not value.startswith("/") else f"{value}/*"
                )
                take_near(r, n, {"except", "folder", "in"})
                continue
            chosen.roots.append(value)
            take_near(r, n, {"folder", "in", "from", "of", "file"}, 2)


def _is_excluded(r: Reader, n: int) -> bool:
    """Whether "except" is said of this path, and not of a name between the two."""
    for near in range(n - 1, max(-1, n - 4), -1):
        if r.tokens[near].concept == "except":
            return True
        if r.tokens[near].literal is not None:
            return False
    return False


def read_known_root(r: Reader, chosen: Selection) -> None:
    """ "under site": a known word where a folder's name is expected."""
    last = len(r.tokens) - 1
    for n, token in r.free():
        plain = token.known and token.weight >= 1.0 and not token.kind
        if (
            not chosen.roots
            and plain
            and (r.before(n)[:1] == ["in"] or (r.before(n)[:1] == ["of"] and n == last))
            and token.concept not in FILES | {"line", "today", "every", "all", "insides"}
        ):
            chosen.roots.append(token.text)
            r.used.add(n)
