"""The families that compose a command from what a sentence says, instead of listing sentences.

A table of names; each family is a module with ``compose(sentence) -> Draft | None``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.actions.families.draft import Draft
    from cortex_cli.actions.sentence import Sentence


def drafts(asked: Sentence) -> list[Draft]:
    """What each family makes of ``asked``."""
    from cortex_cli.actions import families

    attempts = (compose(asked) for compose in families.ALL)
    return [draft for draft in attempts if draft is not None]
