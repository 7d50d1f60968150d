"""One family of commands a module; the table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.actions.families.draft import Draft
    from cortex_cli.actions.sentence import Sentence

from cortex_cli.actions.families import edit, journal, processes, sockets, text, tree

ALL: tuple[Callable[[Sentence], Draft | None], ...] = (
    tree.compose,
    edit.compose,
    text.compose,
    journal.compose,
    processes.compose,
    sockets.compose,
)
