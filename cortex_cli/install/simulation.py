"""Parses ``apt-get --print-uris -V`` and ``apt-get -s``.  Pure: text in, values out.

The first has everything but the origins of dependencies, in less than half the time; the second
simulates every step.  Both run in the C locale.  Unknown lines are skipped: they may contain
package names and maintainers' texts, so only a match of the whole line counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli.debian import version as debian_version
from cortex_cli.expressions import expression
from cortex_cli.install.plan import Change, Changes

if TYPE_CHECKING:
    from collections.abc import Iterator

_INST = expression(
    r"Inst (\S++)(?: \[([^\]\s]++)\])? \((\S++) ?([^\[]{0,999}?) ?\[([^\]\s]++)\]\).*"
)
_REMV = expression(r"(?:Remv|Purg) (\S+) \[([^\]\s]+)\].*")
_SECTION = expression(r"The following (.+):")
# A package that no list has any more is listed without a version.
_LISTED = expression(r"   (\S+?)\*?(?: \((\S+?)(?: => (\S+))?\))?")
_SECTIONS = {
    "NEW packages will be installed": "new",
    "packages will be upgraded": "upgraded",
    "packages will be DOWNGRADED": "upgraded",
    "packages will be REMOVED": "removed",
}
_URI = expression(r"'(\S+)' (\S+) (\d+) .*")
_SPACE = expression(r"After this operation, ([\d.,]+) ([kMGTP]?)B .*(used|freed)\.?")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
# In a long chain of unmet dependencies the first ones say what to do.
MAX_REASONS = 4
_NOT_LOCATED = ("was not found", "Unable to locate", "Couldn't find", "no installation candidate")
_ESSENTIAL = "WARNING: The following essential packages will be removed."


@dataclass(frozen=True, slots=True)
class Simulation:
    """What apt would do, or its ``refusal``."""

    changes: Changes
    uris: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    refusal: str | None = None

    @property
    def cannot_locate(self) -> bool:
        """True if apt does not know a package, or not in this version."""
        return self.refusal is not None and any(text in self.refusal for text in _NOT_LOCATED)

    @property
    def downgrades(self) -> tuple[Change, ...]:
        """The packages whose version would go down."""
        older = [
            change
            for change in self.changes.upgraded
            if debian_version.sort_key(change.new or "") < debian_version.sort_key(change.old or "")
        ]
        return tuple(older)


def parse(listed: str, complaint: str, simulated: str | None = None) -> Simulation:
    """Parse the output and errors of ``--print-uris``; take the changes from ``-s`` if given."""
    changes = _parse_listing(listed) if simulated is None else _parse_steps(simulated)
    uri_matches = [match for line in listed.splitlines() if (match := _URI.fullmatch(line))]
    download_bytes = sum(int(match[3]) for match in uri_matches if not match[1].startswith("file:"))
    changes = replace(changes, download_bytes=download_bytes, disk_bytes=_parse_disk_bytes(listed))
    uris = tuple(match[1] for match in uri_matches)
    refusal = _parse_refusal(listed, complaint)
    return Simulation(changes, uris, tuple(_parse_essential(listed)), refusal)


def _parse_listing(text: str) -> Changes:
    changes: dict[str, list[Change]] = {"new": [], "upgraded": [], "removed": []}
    section = None
    for line in text.splitlines():
        if match := _SECTION.fullmatch(line):
            section = _SECTIONS.get(match[1])
        elif section and (match := _LISTED.fullmatch(line)):
            name, first, second = match.groups()
            if section == "removed":
                changes[section].append(Change(name, first, None))
            elif first:
                changes[section].append(Change(name, first if second else None, second or first))
        elif not line.startswith("   "):
            section = None
    return Changes(tuple(changes["new"]), tuple(changes["upgraded"]), tuple(changes["removed"]))


def _parse_steps(text: str) -> Changes:
    new: list[Change] = []
    upgraded: list[Change] = []
    removed: list[Change] = []
    for line in text.splitlines():
        if match := _INST.fullmatch(line):
            name, old, version, origin, _ = match.groups()
            change = Change(name, old, version, origin.strip())
            (upgraded if old else new).append(change)
        elif match := _REMV.fullmatch(line):
            removed.append(Change(match[1], match[2], None))
    # Sorted by name like the listing, so a plan looks the same either way.
    for changes in (new, upgraded, removed):
        changes.sort(key=lambda change: change.name)
    return Changes(tuple(new), tuple(upgraded), tuple(removed))


def _parse_disk_bytes(text: str) -> int | None:
    for line in text.splitlines():
        if match := _SPACE.fullmatch(line):
            size = float(match[1].replace(",", "")) * _UNITS[match[2]]
            return int(size if match[3] == "used" else -size)
    return None


def _parse_essential(listed: str) -> Iterator[str]:
    """Yield the essential packages that would be removed, and those removed because of them."""
    _, warned, rest = listed.partition(_ESSENTIAL)
    for line in rest.splitlines()[2:] if warned else []:
        if not line.startswith("  "):
            break
        yield from (word for word in re.sub(r"\([^()]*+\)", "", line).split())


def _parse_refusal(listed: str, complaint: str) -> str | None:
    errors = [line[3:] for line in complaint.splitlines() if line.startswith("E: ")]
    if not errors:
        return None
    _, unmet, rest = listed.partition("unmet dependencies:\n")
    reasons = [line.strip() for line in rest.splitlines() if line.startswith(" ")] if unmet else []
    return "; ".join((reasons or errors)[:MAX_REASONS])
