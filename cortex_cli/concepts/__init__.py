"""Explanations: what a term means, how two differ, and what a literal says once worked out.

Self-contained: deleting this folder loses explanations and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cortex_cli.finding import Finding


def find(question: str, language: str) -> Finding | None:
    """The explanation that ``question`` asks for, in ``language`` (en, fr or es), or None."""
    from cortex_cli.concepts import finder

    return finder.find(question, language)
