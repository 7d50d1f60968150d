"""One family of commands a module, or a folder where it is a big one; the table of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.families import (
    checksums,
    copying,
    creation,
    dates,
    edit,
    joins,
    journal,
    processes,
    rights,
    schedule,
    sockets,
)
from cortex_cli.actions.families.archives import composition as archives
from cortex_cli.actions.families.text import composition as text
from cortex_cli.actions.families.tree import composition as tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from cortex_cli.actions.families.draft import Draft
    from cortex_cli.actions.sentence import Sentence

ALL: tuple[Callable[[Sentence], Draft | None], ...] = (
    tree.compose,
    edit.compose,
    text.compose,
    archives.compose,
    copying.compose,
    rights.compose,
    journal.compose,
    processes.compose,
    sockets.compose,
    dates.compose,
    schedule.compose,
    checksums.compose,
    joins.compose,
    creation.compose,
)
