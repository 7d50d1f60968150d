"""Why apt would remove a package: which of the new ones conflicts with it.  Pure.

Reads the packages' own records: ``Conflicts`` and ``Breaks`` against names and ``Provides``.
Versions are not compared: apt has already done that and decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.debian.deb822 import Reader, parse_names, split_stanzas

if TYPE_CHECKING:
    from collections.abc import Collection

_READER = Reader(("Package", "Provides", "Conflicts", "Breaks"))


def find_conflicts(
    records: bytes, new: Collection[str], removed: Collection[str]
) -> dict[str, list[str]]:
    """Map each removed package to the new or changed ones that conflict with it, if any."""
    provided: dict[str, set[str]] = {}
    refused: dict[str, set[str]] = {}
    for stanza in split_stanzas([records]):
        fields = _READER.read(stanza)
        name = fields.get("Package", "")
        provided.setdefault(name, {name}).update(
            provided_name for provided_name, _ in parse_names(fields.get("Provides", ""))
        )
        relations = f"{fields.get('Conflicts', '')},{fields.get('Breaks', '')}"
        refused.setdefault(name, set()).update(other for other, _ in parse_names(relations))
    reasons = {}
    for package in removed:
        aliases = provided.get(package, {package})
        # Either side may declare it: the removed package may conflict with a new one.
        rivals = [
            name
            for name in sorted(new)
            if aliases & refused.get(name, set())
            or provided.get(name, {name}) & refused.get(package, set())
        ]
        if rivals:
            reasons[package] = rivals
    return reasons
