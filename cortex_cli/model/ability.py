"""What a model may be trusted with: nothing, phrasing what was found, or whole answers.

The profile says it, where a trial of the model has set one; otherwise its size, as models carry it
in their names.  A model that says neither is taken for a chat model.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from cortex_cli.expressions import expression
from cortex_cli.model.prompts import BASE, NANO, TINY

if TYPE_CHECKING:
    from cortex_cli.model.provider import Model

# Below, a model that reads a passage does not choose what is true.
MIN_CHAT_PARAMETERS = 0.95e9
_SIZE = expression(r"(?<![a-z0-9.])(\d{1,4}(?:\.\d{1,3})?)([mb])(?![a-z0-9])")
_UNITS = {"m": 1e6, "b": 1e9}


class Ability(IntEnum):
    """From nothing to everything."""

    NONE = 0
    PHRASES = 1
    CHATS = 2


def judge(model: Model) -> Ability:
    """Return what ``model`` may be trusted with."""
    if model.profile in (NANO, BASE):
        return Ability.NONE
    if model.profile == TINY:
        return Ability.PHRASES
    parameters = read_parameters(model.name)
    if parameters is not None and parameters < MIN_CHAT_PARAMETERS:
        return Ability.PHRASES
    return Ability.CHATS


def read_parameters(name: str) -> float | None:
    """Return the number of parameters that ``name`` states: "SmolLM2-135M-Instruct"."""
    found = _SIZE.search(name.rpartition("/")[2].lower())
    return float(found[1]) * _UNITS[found[2]] if found else None
