"""What a request was taken for: packages, what else might be meant, how they were chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortex_cli.install.plan import PlanOrigin
    from cortex_cli.packages.package import Hit, Package

MAX_CANDIDATES = 8
# Above this no model is asked: for phrases it had not seen, the catalogue alone was right in 62 of
# 100 cases at 0.7 and in 93 above 0.9 (docs/grounding.md), a small model in far fewer.
CONFIDENT = 0.7
# Above this the catalogue's first package is meant, whatever else the words match.
CERTAIN, CERTAIN_MARGIN = 0.95, 0.02


@dataclass(frozen=True, slots=True)
class Choice:
    """Which packages, the alternatives, and how they were chosen."""

    packages: tuple[Package, ...]
    alternatives: tuple[str, ...]
    origin: PlanOrigin


def names_of(hits: Iterable[Hit]) -> tuple[str, ...]:
    """Return the names of ``hits``, in their order."""
    return tuple(hit.package.name for hit in hits)
