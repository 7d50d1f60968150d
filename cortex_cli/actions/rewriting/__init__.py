"""Tokens that say together what none says alone: "the last hour", "second column", "the folder x".

Each pass takes a sentence's tokens and gives as many; the table of them.  Pure; knows no action.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.actions.rewriting.names import name_announced, name_folders
from cortex_cli.actions.rewriting.purposes import lighten_descriptions, lighten_types, name_targets
from cortex_cli.actions.rewriting.quantities import (
    count_ordinals,
    drop_counts,
    drop_repeats,
    join_dates,
    measure_periods,
    number_months,
    set_clocks,
    set_hours,
    take_halves,
)
from cortex_cli.actions.rewriting.verbs import settle_by_object, settle_verbs, turn_into

if TYPE_CHECKING:
    from cortex_cli.actions.sentence import Token

# In this order: what is a name is settled before numbers, and both before verbs.
PASSES = (
    turn_into,
    join_dates,
    name_announced,
    name_folders,
    count_ordinals,
    measure_periods,
    name_targets,
    set_clocks,
    set_hours,
    number_months,
    lighten_descriptions,
    lighten_types,
    drop_counts,
    drop_repeats,
    take_halves,
    settle_verbs,
    settle_by_object,
)


def rewrite(tokens: list[Token]) -> list[Token]:
    """``tokens`` with what stands for a value made one."""
    for apply_pass in PASSES:
        tokens = apply_pass(tokens)
    return tokens
