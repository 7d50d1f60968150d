"""What one everyday word means when nothing else is said: "editor", "a player", "un serveur".

By its words alone such a request fits dozens of entries of the catalogue, and the best fit is an
accident.  ``everyday.txt`` has the everyday answer, or what to ask.  Pure; does not know which
packages this machine's lists have.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cortex_cli.language.terms import stems

if TYPE_CHECKING:
    from cortex_cli.language.question import Question

TABLE = Path(__file__).parent / "everyday.txt"


class Meaning(NamedTuple):
    """``packages``, best first; or ``kinds``, what the word may mean."""

    packages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def find_meaning(question: Question) -> Meaning | None:
    """What the one word that ``question`` has means; None for other questions and words."""
    roots = {term.stem for term in question.terms}
    if len(roots) != 1 or len(question.content) != 1:
        return None
    return _read_table().get(roots.pop())


@cache
def _read_table() -> dict[str, Meaning]:
    table = {}
    for line in TABLE.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        names, asked, kinds = line.partition("?")
        if asked:
            meaning = Meaning(kinds=tuple(kind.strip() for kind in kinds.split(";")))
        else:
            names, _, packages = line.partition(":")
            meaning = Meaning(packages=tuple(packages.split()))
        for name in names.split(","):
            table.update(dict.fromkeys(stems(name), meaning))
    return table
