"""The words for profiles."""

from __future__ import annotations

from cortex_cli.model import prompts
from cortex_llm.profiles import PURPOSES


def test_both_programs_say_the_same() -> None:
    assert PURPOSES == prompts.PURPOSES
