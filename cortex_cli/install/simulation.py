"""What ``apt-get --print-uris -V`` and ``apt-get -s`` say, as values.  Pure: text in, values out.

The first has all but the origins of dependencies, for less than half of the time; the second
goes through every step.  Both are asked for in the C locale.  A line that is none of the known
ones is skipped: package names and maintainers' texts stand in them, and nothing but a whole
match is believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cortex_cli.debian import version as debian_version
from cortex_cli.install.plan import Change, Changes

if TYPE_CHECKING:
    from collections.abc import Iterator

_INST = re.compile(r"Inst (\S+)(?: \[([^\]\s]+)\])? \((\S+) ?(.*?) ?\[(\S+?)\]\).*")
_REMV = re.compile(r"(?:Remv|Purg) (\S+) \[([^\]\s]+)\].*")
_SECTION = re.compile(r"The following (.+):")
_LISTED = re.compile(r"   (\S+?)\*? \((\S+?)(?: => (\S+))?\)")
_SECTIONS = {
    "NEW packages will be installed": "new",
    "packages will be upgraded": "upgraded",
    "packages will be DOWNGRADED": "upgraded",
    "packages will be REMOVED": "removed",
}
_URI = re.compile(r"'(\S+)' (\S+) (\d+) .*")
_SPACE = re.compile(r"After this operation, ([\d.,]+) ([kMGTP]?)B .*(used|freed)\.?")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
# Of a long chain of unmet dependencies the first tell a person what to do.
MAX_REASONS = 4
_ESSENTIAL = "WARNING: The following essential packages will be removed."


@dataclass(frozen=True, slots=True)
class Simulation:
    """What apt would do; ``refusal`` instead of it where it would not.

    ``complete`` says that ``-s`` went through every step.
    """

    changes: Changes
    uris: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    refusal: str | None = None
    complete: bool = False

    @property
    def downgraded(self) -> tuple[Change, ...]:
        """The packages that would get an older version than they have."""
        older = [
            change
            for change in self.changes.upgraded
            if debian_version.key(change.new or "") < debian_version.key(change.old or "")
        ]
        return tuple(older)


def parse(listed: str, complaint: str, simulated: str | None = None) -> Simulation:
    """Read the output of ``--print-uris`` and its errors; with that of ``-s``, take its changes."""
    changes = _parse_listing(listed) if simulated is None else _parse_steps(simulated)
    found = [match for line in listed.splitlines() if (match := _URI.fullmatch(line))]
    fetched = sum(int(match[3]) for match in found if not match[1].startswith("file:"))
    changes = replace(changes, download_bytes=fetched, disk_bytes=_parse_disk_bytes(listed))
    uris = tuple(match[1] for match in found)
    refusal = _parse_refusal(listed, complaint)
    return Simulation(
        changes, uris, tuple(_parse_essential(listed)), refusal, simulated is not None
    )


def _parse_listing(text: str) -> Changes:
    found: dict[str, list[Change]] = {"new": [], "upgraded": [], "removed": []}
    section = None
    for line in text.splitlines():
        if match := _SECTION.fullmatch(line):
            section = _SECTIONS.get(match[1])
        elif section and (match := _LISTED.fullmatch(line)):
            name, first, second = match.groups()
            if section == "removed":
                found[section].append(Change(name, first, None))
            else:
                found[section].append(Change(name, first if second else None, second or first))
        elif not line.startswith("   "):
            section = None
    return Changes(tuple(found["new"]), tuple(found["upgraded"]), tuple(found["removed"]))


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
    # By name, like the listing, so that a plan reads the same with either.
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
    """The essential packages that would go, and those that go because of them."""
    _, warned, rest = listed.partition(_ESSENTIAL)
    for line in rest.splitlines()[2:] if warned else []:
        if not line.startswith("  "):
            break
        yield from (word for word in re.sub(r"\(.*?\)", "", line).split())


def _parse_refusal(listed: str, complaint: str) -> str | None:
    errors = [line[3:] for line in complaint.splitlines() if line.startswith("E: ")]
    if not errors:
        return None
    _, unmet, rest = listed.partition("unmet dependencies:\n")
    reasons = [line.strip() for line in rest.splitlines() if line.startswith(" ")] if unmet else []
    return "; ".join((reasons or errors)[:MAX_REASONS])
