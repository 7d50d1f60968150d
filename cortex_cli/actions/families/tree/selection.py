"""Which files: find's roots and tests, before anything is done with them.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Reader
    from cortex_cli.actions.sentence import Token


@dataclass(slots=True)
class Selection:
    """Which files: find's roots and tests, and what grep would look for in them."""

    roots: list[str] = field(default_factory=list)
    depth: list[str] = field(default_factory=list)
    kind: str = ""
    tests: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    content: str = ""
    content_place: int = -1
    case: bool = False

    def specific(self) -> bool:
        """Whether it says more than "all of them"."""
        limits = self.tests or self.names or self.excluded or self.content or self.depth
        return bool(limits) or self.kind in ("l", "s")

    def words(self) -> list[str]:
        """find's words, without program and action."""
        words = [*(self.roots or ["."]), *self.depth]
        if self.kind:
            words += ["-type", self.kind]
        option = "-iname" if self.case else "-name"
        tests = [word for name in self.names for word in ("-o", option, name)][1:]
        words += ["(", *tests, ")"] if len(self.names) > 1 else tests
        for name in self.excluded:
            words += ["!", "-path" if "/" in name else option, name]
        return words + self.tests


def take_near(r: Reader, n: int, concepts: set[str], reach: int = 3) -> None:
    """Accounts for a token and the words of ``concepts`` around it."""
    r.used.add(n)
    for near in (*range(max(0, n - reach), n), n + 1):
        if (
            near < len(r.tokens)
            and r.tokens[near].concept in concepts
            and r.tokens[near].literal is None
        ):
            r.used.add(near)


def bare(token: Token) -> bool:
    """Whether it is a word with a meaning of its own."""
    return token.literal is None and not token.mark and token.weight > 0.5
