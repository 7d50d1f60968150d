"""Why apt would remove a package: which of the new ones conflicts with it.

Read from the packages' own records, ``Conflicts`` and ``Breaks`` against names and what is
provided.  Versions in them are not compared: apt has done that, and decided.  Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.debian.deb822 import Reader, names, stanzas

if TYPE_CHECKING:
    from collections.abc import Collection

_READER = Reader(("Package", "Provides", "Conflicts", "Breaks"))


def find_conflicts(
    records: bytes, new: Collection[str], removed: Collection[str]
) -> dict[str, list[str]]:
    """Removed package → the new or changed ones that conflict with it; only where one does."""
    provided: dict[str, set[str]] = {}
    refused: dict[str, set[str]] = {}
    for stanza in stanzas([records]):
        fields = _READER.read(stanza)
        name = fields.get("Package", "")
        provided.setdefault(name, {name}).update(
            each for each, _ in names(fields.get("Provides", ""))
        )
        relations = f"{fields.get('Conflicts', '')},{fields.get('Breaks', '')}"
        refused.setdefault(name, set()).update(each for each, _ in names(relations))
    reasons = {}
    for gone in removed:
        theirs = provided.get(gone, {gone})
        # Either side may say it: what is removed may conflict with what comes.
        against = [
            name
            for name in sorted(new)
            if theirs & refused.get(name, set())
            or provided.get(name, {name}) & refused.get(gone, set())
        ]
        if against:
            reasons[gone] = against
    return reasons
